"""Subcommands that prepare training data and train models."""

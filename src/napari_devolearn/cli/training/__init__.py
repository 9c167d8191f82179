"""Subcommands that make training data and train models."""

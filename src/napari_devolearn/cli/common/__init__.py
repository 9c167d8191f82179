"""Shared by several subcommands: options, progress, outputs."""

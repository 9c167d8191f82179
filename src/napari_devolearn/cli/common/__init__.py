"""What several subcommands share: options, progress, outputs."""

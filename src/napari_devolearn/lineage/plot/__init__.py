"""Plot of the populations of founder lineages."""

"""What a lineage is."""

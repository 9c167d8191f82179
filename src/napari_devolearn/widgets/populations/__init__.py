"""The Lineage populations dock."""

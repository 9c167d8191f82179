"""Make the shipped tables from the positions of EPIC's embryos."""

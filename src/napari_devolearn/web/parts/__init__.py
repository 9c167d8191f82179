"""Figures, tables and controls of the pages."""

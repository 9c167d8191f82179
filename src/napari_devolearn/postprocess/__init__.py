"""From probability to labels."""

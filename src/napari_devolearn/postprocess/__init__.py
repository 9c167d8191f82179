"""From probability to labels, and measurements of labels."""

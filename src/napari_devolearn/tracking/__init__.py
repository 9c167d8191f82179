"""Link labels over time: links, gaps, divisions, false objects."""

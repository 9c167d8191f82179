"""From labels of separate frames to tracks: links, gaps, divisions, specks."""

"""Tables, graphs and figures as files."""

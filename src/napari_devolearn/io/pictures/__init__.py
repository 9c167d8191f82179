"""PNG, JPEG, MATLAB files and movies."""

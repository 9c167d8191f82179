"""Model specs, the registry of models, and verified weights."""

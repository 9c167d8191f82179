"""Training and evaluation of the shipped models; run from a clone of the repository, not installed."""

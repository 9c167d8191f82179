"""Architectures: from a spec to a network without weights."""

"""Backends that run a network: torch or OpenVINO, on a CPU or a GPU."""

"""Where a network runs: torch or OpenVINO, on a CPU or a GPU."""

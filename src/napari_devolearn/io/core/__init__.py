"""Stacks, calibration and checks shared by all readers."""

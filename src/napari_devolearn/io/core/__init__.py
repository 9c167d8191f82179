"""The lazy stack and its calibration, which every reader gives."""

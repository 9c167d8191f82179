"""The lazy stack and its calibration, as every reader returns them."""

"""Headers that microscope programs write: Zeiss LSM, MetaMorph, FluoView, ScanImage."""

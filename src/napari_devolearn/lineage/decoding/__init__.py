"""From counts to the age of an embryo: decoding along the mean of real embryos."""

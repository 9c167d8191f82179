"""From counts to the age of an embryo: decoding with the mean development of real embryos."""

"""Tables that ship with the package, made again from the positions of EPIC's embryos."""

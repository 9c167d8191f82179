"""The Embryo outline dock."""

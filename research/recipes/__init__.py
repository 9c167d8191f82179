"""The data, parameters and objective of each shipped model."""

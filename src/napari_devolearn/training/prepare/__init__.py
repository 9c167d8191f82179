"""Prepare training data: images and masks of many formats to a folder of PNG pairs with an index."""

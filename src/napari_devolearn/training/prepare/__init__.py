"""From images and masks of any kind to a folder of PNG pairs with an index, to train on."""

"""Training images and masks: data sets, augmentation, targets."""

"""Run-length masks of COCO and Kaggle."""

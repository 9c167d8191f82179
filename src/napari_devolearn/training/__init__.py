"""Train, fine-tune and export models; needs the extra ``train``."""

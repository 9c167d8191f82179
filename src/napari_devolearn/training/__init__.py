"""How the shipped models were trained and scored; needs the extra ``train``."""

"""How the shipped models were trained and scored; run from a checkout, not installed."""

"""How good labels are: scores of a result against the truth."""

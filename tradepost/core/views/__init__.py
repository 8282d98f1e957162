"""The page door at the top of the ladder."""

"""The page door to messaging."""

"""The page door to the shop."""

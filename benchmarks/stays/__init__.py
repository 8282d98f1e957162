"""How fast places are found among many, and how many stays one place can sell at once."""

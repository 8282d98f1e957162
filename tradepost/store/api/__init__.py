"""The API door to the shop, one file per noun."""

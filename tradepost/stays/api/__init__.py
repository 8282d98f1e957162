"""The REST door of stays, one file per noun."""

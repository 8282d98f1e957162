"""Who likes what, for any kind of object. It knows no other app."""

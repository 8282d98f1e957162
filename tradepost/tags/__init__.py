"""Labels for any kind of object. It knows no other app."""

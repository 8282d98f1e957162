"""The shop's JSON, one file per noun. Input and output apart."""

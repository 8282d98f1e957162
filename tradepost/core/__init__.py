"""The glue at the top: home page, imports, demo data, what joins apps that do not know each other."""

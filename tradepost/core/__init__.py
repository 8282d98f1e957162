"""The glue at the top: home page, imports, demo data, and what joins apps that stay apart."""

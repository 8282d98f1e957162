"""The database backend for MariaDB and MySQL."""

"""A store, stays, payments and messaging in one Django project. ARCHITECTURE.md is the map."""

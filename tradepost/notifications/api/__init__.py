"""The API door to notifications: the list, the preferences, the browsers that take pushes."""

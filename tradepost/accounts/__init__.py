"""Who people are: users, registration, tokens, roles."""

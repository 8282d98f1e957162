"""What forms of all apps share: how their widgets become HTML."""

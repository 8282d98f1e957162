"""The stamp of everything that the public catalogue shows."""

CATALOGUE = "store.catalogue"

"""What happens when a machine dies under load: `make failover` (docs/failover.md)."""

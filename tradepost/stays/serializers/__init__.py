"""What of stays goes in and out as JSON."""

"""What happened, per user, in order: the log behind every real-time screen."""

"""Celery's workers as processes, over brokers that are real: an app of jobs to try them on."""

"""Reads over several tables, or shaped for one screen."""

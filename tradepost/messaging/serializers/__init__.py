"""Conversations and messages as JSON.

Plain serializers: their fields are copied per request, not worked out anew from the models.
"""

from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "tradepost.feed"

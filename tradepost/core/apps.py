from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "tradepost.core"

    def ready(self) -> None:
        from tradepost.core.queries import read_product_likes
        from tradepost.core.signals import handlers  # noqa: F401 - connects the receivers
        from tradepost.likes.kinds import register_likeable, stamp_of
        from tradepost.store.extras import register_product_likes, register_product_tags
        from tradepost.store.models import Product
        from tradepost.tags.queries import ids_with_label, read_labels

        register_likeable("product", Product.objects.public)
        register_product_tags(
            read=lambda ids: read_labels(model=Product, ids=ids),
            having=lambda label: ids_with_label(model=Product, label=label),
        )
        register_product_likes(read=read_product_likes, stamp=stamp_of("product"))

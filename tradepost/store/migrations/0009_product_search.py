from django.db import migrations

from tradepost.kit.search.operations import CreateSearchIndex


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0008_order_timeline'),
    ]

    operations = [
        CreateSearchIndex(
            model_name='Product',
            table='store_product_search',
            fields=('title', 'collection__title', 'description'),
        ),
    ]

from django.db import migrations

from tradepost.kit.search.operations import CreateSearchIndex


class Migration(migrations.Migration):

    dependencies = [
        ('stays', '0002_amenities'),
    ]

    operations = [
        CreateSearchIndex(
            model_name='Property',
            table='stays_property_search',
            fields=('name', 'city', 'neighbourhood', 'region', 'description'),
        ),
    ]

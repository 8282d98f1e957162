"""The amenities that hosts choose from; the admin may add others."""

from django.db import migrations

NAMES = {
    "wifi": "Wifi",
    "kitchen": "Kitchen",
    "washer": "Washer",
    "dryer": "Dryer",
    "heating": "Heating",
    "air-conditioning": "Air conditioning",
    "workspace": "Workspace",
    "tv": "TV",
    "parking": "Parking",
    "ev-charger": "EV charger",
    "pool": "Pool",
    "hot-tub": "Hot tub",
    "sauna": "Sauna",
    "fireplace": "Fireplace",
    "garden": "Garden",
    "balcony": "Balcony",
    "sea-view": "Sea view",
    "breakfast": "Breakfast",
    "crib": "Crib",
    "pets-allowed": "Pets allowed",
    "smoking-allowed": "Smoking allowed",
    "step-free": "Step-free access",
    "smoke-alarm": "Smoke alarm",
    "first-aid-kit": "First-aid kit",
}


def make_amenities(apps, schema_editor):
    Amenity = apps.get_model("stays", "Amenity")
    for slug, name in NAMES.items():
        Amenity.objects.get_or_create(slug=slug, defaults={"name": name})


class Migration(migrations.Migration):
    dependencies = [("stays", "0001_initial")]
    operations = [migrations.RunPython(make_amenities, migrations.RunPython.noop)]

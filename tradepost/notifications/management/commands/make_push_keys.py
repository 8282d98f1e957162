"""``manage.py make_push_keys``: keys by which push services know this server."""

from base64 import urlsafe_b64encode

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Prints a new pair of VAPID keys, as lines for the environment or .env."

    def handle(self, *args: object, **options: object) -> None:
        """Print the lines; nothing is kept."""
        try:
            from cryptography.hazmat.primitives import serialization
            from cryptography.hazmat.primitives.asymmetric import ec
        except ImportError as error:
            raise CommandError("Install the extra: uv sync --extra push") from error
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        number = key.private_numbers().private_value.to_bytes(32, "big")
        self.stdout.write(f"VAPID_PUBLIC_KEY={_as_text(point)}")
        self.stdout.write(f"VAPID_PRIVATE_KEY={_as_text(number)}")


def _as_text(key: bytes) -> str:
    return urlsafe_b64encode(key).rstrip(b"=").decode()

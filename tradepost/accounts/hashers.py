"""Password hashing at the strength that OWASP recommends."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OwaspArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).

    Django's defaults ask for five times the memory and ten times the CPU time, which lets a few
    sign-ins a second stop a small machine. Docs: docs/decisions/0005-argon2-parameters.md.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1

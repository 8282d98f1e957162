from django.contrib.auth.hashers import check_password, make_password

HASHER = ["tradepost.accounts.hashers.OwaspArgon2"]


def test_passwords_are_hashed_at_the_strength_that_was_chosen(settings) -> None:
    settings.PASSWORD_HASHERS = HASHER

    encoded = make_password("correct-horse")

    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_tells_the_right_password_from_a_wrong_one(settings) -> None:
    settings.PASSWORD_HASHERS = HASHER
    encoded = make_password("correct-horse")

    assert check_password("correct-horse", encoded)
    assert not check_password("correct-horsf", encoded)

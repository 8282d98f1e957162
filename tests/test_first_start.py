"""What somebody reads who starts the product for the first time."""


def test_the_first_start_says_what_it_does_and_then_where_the_shop_is(shop):
    said = shop.log.read_text().splitlines()

    assert said[:4] == [
        "Preparing the database ...",
        "Making demo data ...",
        "",
        f"  Tradepost is open:     {shop.address}",
    ]


def test_the_addresses_stand_below_each_other(shop):
    lines = shop.log.read_text().splitlines()[3:6]

    assert [line.split(":", 1)[0] for line in lines] == [
        "  Tradepost is open",
        "  API documentation",
        "  Data and mails",
    ]
    assert {len(line) - len(line.split(":", 1)[1].lstrip()) for line in lines} == {25}

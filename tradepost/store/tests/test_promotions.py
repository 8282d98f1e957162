"""What things cost while promotions come and go."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradepost.kit.errors import NotFound
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.models import Job
from tradepost.kit.money import half_up, with_tax
from tradepost.kit.stamps import read_stamp
from tradepost.store.actions.products import change_product, create_product
from tradepost.store.actions.promotions import (
    apply_promotions,
    change_promotion,
    create_promotion,
    delete_promotion,
    delete_promotions,
    reprice_products,
    set_products_of_promotion,
)
from tradepost.store.errors import EndsBeforeStart, NoSuchPromotion
from tradepost.store.models import Product, Promotion
from tradepost.store.stamps import CATALOGUE
from tradepost.store.tests.factories import make_collection, make_product, make_promotion

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def promote(product: Product, **fields) -> Promotion:
    """Make a promotion and give it to the product, beside those that it has."""
    defaults = {"description": "Summer", "discount": Decimal(25)}
    promotion = create_promotion(fields={**defaults, **fields}, now=NOON)
    ids = [*product.promotions.values_list("pk", flat=True), promotion.pk]
    change_product(product_id=product.pk, changes={}, promotion_ids=ids)
    return promotion


def price_of(product: Product) -> Decimal:
    return Product.objects.get(pk=product.pk).price


def test_the_best_promotion_counts_and_they_do_not_add_up():
    product = make_product(unit_price="10.00")

    promote(product, discount=Decimal(10))
    promote(product, discount=Decimal("33.33"))
    promote(product, discount=Decimal(20))

    assert price_of(product) == Decimal("6.67")


def test_a_promotion_counts_from_its_start_until_just_before_its_end():
    product = make_product(unit_price="10.00")
    promote(product, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
    second = timedelta(seconds=1)
    prices = {}

    for moment in (NOON, NOON + HOUR - second, NOON + HOUR, NOON + 2 * HOUR - second,
                   NOON + 2 * HOUR):  # fmt: skip
        apply_promotions(now=moment)
        prices[moment] = price_of(product)

    assert list(prices.values()) == [Decimal(p) for p in ("10", "10", "7.50", "7.50", "10")]


def test_prices_change_on_the_second_by_a_job_of_their_own():
    product = make_product(unit_price="10.00")
    promote(product, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)

    moments = Job.objects.filter(name="store.apply_promotions").order_by("run_at")

    assert list(moments.values_list("run_at", flat=True)) == [NOON + HOUR, NOON + 2 * HOUR]


def test_the_job_asks_the_clock():
    product = make_product(unit_price="10.00")
    promote(product, starts_at=NOON + HOUR)

    with time_machine.travel(NOON + HOUR, tick=False):
        run_due_jobs()

    assert price_of(product) == Decimal("7.50")


def test_what_is_due_is_applied_once():
    promote(make_product(), starts_at=NOON + HOUR)

    assert apply_promotions(now=NOON) == 0
    assert apply_promotions(now=NOON + HOUR) == 1
    assert apply_promotions(now=NOON + HOUR) == 0


def test_a_new_price_shows_in_the_catalogue():
    promote(make_product(), starts_at=NOON + HOUR)
    before = read_stamp(CATALOGUE)

    apply_promotions(now=NOON + HOUR)

    assert read_stamp(CATALOGUE) > before


def test_a_change_of_a_promotion_changes_all_its_prices():
    first, second = make_product(unit_price="10.00"), make_product(unit_price="20.00")
    promotion = promote(first)
    change_product(product_id=second.pk, changes={}, promotion_ids=[promotion.pk])

    change_promotion(promotion_id=promotion.pk, changes={"discount": Decimal(50)}, now=NOON)
    halved = [price_of(first), price_of(second)]
    delete_promotion(promotion_id=promotion.pk)

    assert halved == [Decimal(5), Decimal(10)]
    assert [price_of(first), price_of(second)] == [Decimal(10), Decimal(20)]


def test_a_late_request_does_not_bring_an_ended_promotion_back():
    product = make_product(unit_price="10.00")
    promotion = promote(product, ends_at=NOON + HOUR)
    apply_promotions(now=NOON + HOUR)

    reprice_products(product_ids=[product.pk])
    change_product(product_id=product.pk, changes={}, promotion_ids=[promotion.pk])

    assert price_of(product) == Decimal(10)


def test_a_new_product_costs_what_its_promotions_say():
    promotion = create_promotion(
        fields={"description": "Summer", "discount": Decimal(25)}, now=NOON
    )
    fields = {"title": "Tea", "unit_price": Decimal("9.99"), "inventory": 1}
    fields["collection_id"] = make_collection().pk

    product = create_product(fields=fields, promotion_ids=[promotion.pk])

    assert product.price == Decimal("7.49")


def test_an_unknown_promotion_changes_nothing():
    product = make_product(unit_price="10.00")

    with pytest.raises(NoSuchPromotion):
        change_product(product_id=product.pk, changes={"title": "X"}, promotion_ids=[999])

    assert Product.objects.get().title == product.title


@pytest.mark.parametrize("ends_at", [NOON, NOON - HOUR])
def test_a_promotion_ends_after_it_starts(ends_at):
    fields = {"description": "X", "discount": Decimal(5), "starts_at": NOON, "ends_at": ends_at}

    with pytest.raises(EndsBeforeStart):
        create_promotion(fields=fields, now=NOON)

    assert not Promotion.objects.exists()


def test_an_unknown_promotion_cannot_be_changed():
    with pytest.raises(NotFound):
        change_promotion(promotion_id=999, changes={}, now=NOON)
    with pytest.raises(NotFound):
        delete_promotion(promotion_id=999)


moments = st.none() | st.integers(-3, 3).map(lambda hours: NOON + hours * HOUR)
offers = st.tuples(st.integers(1, 9900), moments, moments).filter(
    lambda offer: None in offer[1:] or offer[1] < offer[2]
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cents=st.integers(100, 999_999),
    some=st.lists(offers, max_size=4),
    later=st.lists(st.integers(-4, 4).map(lambda hours: NOON + hours * HOUR), max_size=3),
)
def test_the_price_is_the_list_price_less_the_best_discount_rounded_half_up(cents, some, later):
    unit_price = Decimal(cents) / 100
    product = make_product(unit_price=unit_price)
    for hundredths, starts_at, ends_at in some:
        promote(product, discount=Decimal(hundredths) / 100, starts_at=starts_at, ends_at=ends_at)

    for now in [NOON, *sorted(later)]:
        apply_promotions(now=now)

    active = [
        Decimal(hundredths) / 100
        for hundredths, starts_at, ends_at in some
        if (starts_at is None or starts_at <= now) and (ends_at is None or now < ends_at)
    ]
    best = max(active, default=Decimal(0))
    shown = Product.objects.get(pk=product.pk)
    assert shown.discount == best
    assert shown.price == half_up(unit_price * (1 - best / 100))
    assert shown.price_with_tax == with_tax(shown.price, rate=Decimal("0.1"))


def test_promotions_that_are_deleted_together_leave_the_prices_of_what_is_left():
    tea, cup = make_product(unit_price="10.00"), make_product(unit_price="10.00")
    half, third, rest = (make_promotion(discount=number) for number in ("50", "30", "10"))
    for promotion in (half, rest):
        set_products_of_promotion(promotion_id=promotion.pk, product_ids=[tea.pk])
    set_products_of_promotion(promotion_id=third.pk, product_ids=[cup.pk])

    delete_promotions(promotion_ids=[half.pk, third.pk])

    prices = dict(Product.objects.values_list("pk", "price"))
    assert prices == {tea.pk: Decimal("9.00"), cup.pk: Decimal("10.00")}
    assert set(Promotion.objects.all()) == {rest}


def test_a_product_that_is_gone_is_left_out_of_a_promotion():
    tea = make_product(unit_price="10.00")
    half = make_promotion(discount="50")

    set_products_of_promotion(promotion_id=half.pk, product_ids=[tea.pk, tea.pk + 1])

    assert set(half.products.all()) == {tea}

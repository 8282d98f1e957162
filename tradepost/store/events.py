"""What the feed carries of the shop."""

from tradepost.feed.kinds import register_event


def register_events() -> None:
    """Say what can happen to orders, for their buyer and the shop's desk, and to what is a
    customer's own."""
    _register_those_of_orders()
    _register_those_of_reviews()
    register_event(
        "customer.changed",
        sentence="What the shop keeps about the user is another: details, membership, addresses.",
    )


def _register_those_of_orders() -> None:
    register_event(
        "order.placed",
        sentence="An order was placed: by the user or, at the shop's desk, by anybody.",
        order=int,
    )
    register_event(
        "order.changed",
        sentence="An order is canceled, or its payment has another status.",
        order=int,
    )
    register_event(
        "order.deleted",
        sentence="An order that was never paid is gone.",
        order=int,
    )


def _register_those_of_reviews() -> None:
    register_event(
        "review.written",
        sentence="The user reviewed a product.",
        product=int, review=int,
    )  # fmt: skip
    register_event(
        "review.changed",
        sentence="A review by the user says something else.",
        product=int, review=int,
    )  # fmt: skip
    register_event(
        "review.deleted",
        sentence="A review by the user is gone.",
        product=int, review=int,
    )  # fmt: skip

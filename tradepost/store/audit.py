"""What must be true of the shop at any time; docs/audit.md says it in words.

Money and discounts are compared as the database keeps them, in whole hundredths.
"""

from tradepost.kit.audit import all_of, describe

find_bad_stock = describe(
    "product {}: has {} in stock",
    "SELECT id, inventory FROM store_product WHERE inventory < 0 OR inventory > 2147483647",
)
find_bad_quantities = describe(
    "order {}: has {} of product {}",
    "SELECT order_id, quantity, product_id FROM store_orderitem WHERE quantity < 1",
)
find_false_totals = describe(
    "order {}: has a total of {} hundredths, its lines {}",
    """
    SELECT o.id, o.total, SUM(line.quantity * line.unit_price)
    FROM store_order o LEFT JOIN store_orderitem line ON line.order_id = o.id
    GROUP BY o.id, o.total
    HAVING COUNT(line.id) = 0 OR o.total <> SUM(line.quantity * line.unit_price)
    """,
)
find_doubled_lines = describe(
    "order {}: has product {} in {} lines",
    """
    SELECT order_id, product_id, COUNT(*) FROM store_orderitem
    GROUP BY order_id, product_id HAVING COUNT(*) > 1
    """,
)
find_doubled_orders = describe(
    "cart {}: became {} orders",
    "SELECT cart_id, COUNT(*) FROM store_order GROUP BY cart_id HAVING COUNT(*) > 1",
)
find_undead_carts = describe(
    "cart {}: is there, and became order {}",
    "SELECT cart.id, o.id FROM store_cart cart JOIN store_order o ON o.cart_id = cart.id",
)
# The last word of the timeline on the payment; before there is one, an order is pending.
find_false_payments = describe(
    "order {}: has payment status {}, its timeline says {}",
    """
    SELECT * FROM (
        SELECT o.id, o.payment_status, COALESCE((
            SELECT CASE e.kind WHEN 'paid' THEN 'C' WHEN 'payment_failed' THEN 'F' ELSE 'P' END
            FROM store_orderevent e
            WHERE e.order_id = o.id AND e.kind IN ('pending', 'paid', 'payment_failed')
            ORDER BY e.id DESC LIMIT 1
        ), 'P') AS said
        FROM store_order o
    ) heard WHERE payment_status <> said
    """,
)
find_false_cancellations = describe(
    "order {}: was canceled {} times by its timeline, at {} by itself",
    """
    SELECT o.id, COUNT(e.id), o.canceled_at
    FROM store_order o LEFT JOIN store_orderevent e ON e.order_id = o.id AND e.kind = 'canceled'
    GROUP BY o.id, o.canceled_at
    HAVING COUNT(e.id) <> CASE WHEN o.canceled_at IS NULL THEN 0 ELSE 1 END
    """,
)
find_paid_and_canceled = describe(
    "order {}: is paid and canceled",
    "SELECT id FROM store_order WHERE payment_status = 'C' AND canceled_at IS NOT NULL",
)
# Whom its timeline names did it by hand, and needs no payment here.
find_unpaid = describe(
    "order {}: was paid by payments of {} hundredths, and costs {}",
    """
    SELECT o.id, SUM(p.captured), o.total FROM store_order o
    JOIN payments_payment p ON p.order_id = o.id AND p.status = 'succeeded'
    WHERE o.payment_status = 'C' AND EXISTS (
        SELECT 1 FROM store_orderevent e
        WHERE e.order_id = o.id AND e.kind = 'paid' AND e.actor_id IS NULL
    )
    GROUP BY o.id, o.total HAVING SUM(p.captured) < o.total
    """,
)
find_kept_money = describe(
    "order {}: is canceled, and {} hundredths that were paid for it are not on their way back",
    """
    SELECT o.id, SUM(p.captured - p.refunded) FROM store_order o
    JOIN payments_payment p ON p.order_id = o.id
    WHERE o.canceled_at IS NOT NULL GROUP BY o.id HAVING SUM(p.captured - p.refunded) > 0
    """,
)
find_false_ratings = describe(
    "product {}: counts {} reviews, {} with {} stars; there are {}, {} with {}",
    """
    SELECT p.id, p.reviews_count, p.ratings_count, p.stars,
        COUNT(r.id), COUNT(r.rating), COALESCE(SUM(r.rating), 0)
    FROM store_product p LEFT JOIN store_review r ON r.product_id = p.id
    GROUP BY p.id, p.reviews_count, p.ratings_count, p.stars
    HAVING p.reviews_count <> COUNT(r.id) OR p.ratings_count <> COUNT(r.rating)
    OR p.stars <> COALESCE(SUM(r.rating), 0)
    """,
)
find_false_discounts = describe(
    "product {}: is {} hundredths of a per cent off, its best promotion {}",
    """
    SELECT p.id, p.discount, COALESCE(MAX(promotion.discount), 0)
    FROM store_product p LEFT JOIN store_product_promotions tie ON tie.product_id = p.id
    LEFT JOIN store_promotion promotion ON promotion.id = tie.promotion_id AND promotion.applied
    GROUP BY p.id, p.discount HAVING p.discount <> COALESCE(MAX(promotion.discount), 0)
    """,
)

INVARIANTS = (
    (
        "store.stock",
        "No stock is below nothing, and what was sold is something.",
        all_of(find_bad_stock, find_bad_quantities),
    ),
    (
        "store.totals",
        "An order's total is the sum of its lines, of which each product has one.",
        all_of(find_false_totals, find_doubled_lines),
    ),
    (
        "store.carts",
        "A cart becomes at most one order, and is gone then.",
        all_of(find_doubled_orders, find_undead_carts),
    ),
    (
        "store.payments",
        "An order is paid, or canceled, as the last of its timeline says; never both, and canceled "
        "once.",
        all_of(find_false_payments, find_false_cancellations, find_paid_and_canceled),
    ),
    (
        "store.money",
        "What was paid for an order is enough if that made it a paid one, and goes back if it is "
        "canceled.",
        all_of(find_unpaid, find_kept_money),
    ),
    (
        "store.ratings",
        "A product's numbers of reviews and stars are those of its reviews.",
        find_false_ratings,
    ),
    (
        "store.prices",
        "A product's discount is the largest of its promotions that count.",
        find_false_discounts,
    ),
)

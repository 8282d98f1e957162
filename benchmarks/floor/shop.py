"""Reading products, filling carts, placing orders: the rows that Tradepost reads and writes."""

import json
from typing import Any

import orjson

from benchmarks.data import PAGE_SIZE
from benchmarks.floor.database import FOR_UPDATE, key, moment, now, query, transaction, uuid
from benchmarks.floor.log import announce, notify

COLUMNS = (
    "id, title, slug, description, brand, inventory, unit_price, price, discount, rating,"
    " reviews_count, collection_id, last_update"
)
IMAGES = "product_id, id, image, thumbnail, webp, width, height"
LABELS = (
    "SELECT item.object_id, tag.label FROM tags_taggeditem item"
    " JOIN django_content_type kind ON kind.id = item.content_type_id"
    " JOIN tags_tag tag ON tag.id = item.tag_id"
    " WHERE kind.app_label = 'store' AND kind.model = 'product'"
)
MEDIA = "http://127.0.0.1/media/"
DESK = (
    "SELECT user_id FROM accounts_user_groups JOIN auth_group ON auth_group.id = group_id"
    " WHERE auth_group.name = 'Customer Service'"
)


def money(cents: int) -> orjson.Fragment:
    return orjson.Fragment(b"%d.%02d" % divmod(cents, 100))


def list_products(*, page: int, above: str | None) -> dict[str, object]:
    where, parameters = "", []
    if above is not None:
        where, parameters = "WHERE unit_price > %s", [round(float(above) * 100)]
    ((count,),) = query(f"SELECT count(*) FROM store_product {where}", *parameters)
    rows = query(  # the ids first: what is passed over is then read in the index alone
        f"SELECT {COLUMNS} FROM store_product WHERE id IN (SELECT id FROM store_product {where}"
        " ORDER BY title, id LIMIT %s OFFSET %s) ORDER BY title, id",
        *parameters, PAGE_SIZE, (page - 1) * PAGE_SIZE,
    )  # fmt: skip
    return {
        "count": count,
        "next": f"?page={page + 1}",
        "previous": f"?page={page - 1}",
        "results": _products(rows),
    }


def read_product(pk: int) -> dict[str, object]:
    (row,) = query(f"SELECT {COLUMNS} FROM store_product WHERE id = %s", pk)
    return _products([row])[0]


def _products(rows: list[tuple[Any, ...]]) -> list[dict[str, object]]:
    ids = [row[0] for row in rows]
    places = ", ".join(["%s"] * len(ids))
    found: dict[int, list[dict[str, object]]] = {pk: [] for pk in ids}
    for product_id, *image in query(
        f"SELECT {IMAGES} FROM store_productimage WHERE product_id IN ({places}) ORDER BY id", *ids
    ):
        found[product_id].append(_image(*image))
    labels: dict[int, list[str]] = {pk: [] for pk in ids}
    for product_id, label in query(
        f"{LABELS} AND item.object_id IN ({places}) ORDER BY tag.label, item.id", *ids
    ):
        labels[product_id].append(label)
    return [_product(row, found[row[0]], labels[row[0]]) for row in rows]


def _image(
    pk: int, name: str, small: str, large: str, width: int, height: int
) -> dict[str, object]:
    return {
        "id": pk,
        "image": MEDIA + name,
        "thumbnail": MEDIA + small if small else None,
        "webp": MEDIA + large if large else None,
        "width": width,
        "height": height,
    }


def _product(
    row: tuple[Any, ...], images: list[dict[str, object]], labels: list[str]
) -> dict[str, object]:
    (
        pk, title, slug, description, brand, inventory, cents, price, discount, rating, reviews,
        collection, last_update,
    ) = row  # fmt: skip
    return {
        "id": pk,
        "title": title,
        "slug": slug,
        "description": description,
        "brand": brand,
        "inventory": inventory,
        "unit_price": money(cents),
        "price_with_tax": money((price * 11 + 5) // 10),
        "collection": collection,
        "images": images,
        "price": money(price),
        "discount": money(discount),
        "tags": labels,
        "rating": money(rating),
        "reviews_count": reviews,
        "last_update": moment(last_update),
    }


def add_item(*, cart_id: str, product_id: int, quantity: int) -> dict[str, object]:
    with transaction():
        query("UPDATE store_cart SET changed_at = %s WHERE id = %s", now(), key(cart_id))
        ((pk, total),) = query(
            "INSERT INTO store_cartitem (cart_id, product_id, quantity, seen_price)"
            " VALUES (%s, %s, %s, (SELECT price FROM store_product WHERE id = %s))"
            " ON CONFLICT (cart_id, product_id) DO UPDATE SET"
            " quantity = store_cartitem.quantity + excluded.quantity,"
            " seen_price = excluded.seen_price RETURNING id, quantity",
            key(cart_id), product_id, quantity, product_id,
        )  # fmt: skip
    return {"id": pk, "product_id": product_id, "quantity": total}


def place_order(*, user_id: str, cart_id: str) -> dict[str, object]:
    with transaction():
        lines = _take_stock(key(cart_id))
        total = sum(quantity * cents for _, quantity, _, cents in lines)
        ((order, customer, placed_at),) = query(
            "INSERT INTO store_order (customer_id, placed_at, payment_status, total, cart_id,"
            " delivery_address) VALUES ((SELECT id FROM store_customer WHERE user_id = %s), %s,"
            " 'P', %s, %s, '')"
            " RETURNING id, customer_id, placed_at",
            key(user_id), now(), total, key(cart_id),
        )  # fmt: skip
        kept = query(
            "INSERT INTO store_orderitem (order_id, product_id, title, quantity, unit_price)"
            " SELECT %s, p.id, p.title, i.quantity, p.price FROM store_cartitem i"
            " JOIN store_product p ON p.id = i.product_id WHERE i.cart_id = %s RETURNING id",
            order, key(cart_id),
        )  # fmt: skip
        query("DELETE FROM store_cartitem WHERE cart_id = %s", key(cart_id))
        query("DELETE FROM store_cart WHERE id = %s", key(cart_id))
        _tell(order, buyer=key(user_id))
        query(
            "UPDATE kit_stamp SET version = version + 1 WHERE name = 'store.catalogue'"
            " AND shard = %s",
            order % 8,
        )
    return {
        "id": order,
        "customer": customer,
        "placed_at": moment(placed_at),
        "payment_status": "P",
        "total": money(total),
        "items": [_line(pk, *line) for (pk,), line in zip(kept, lines, strict=True)],
    }


def _line(pk: int, product: int, quantity: int, title: str, cents: int) -> dict[str, object]:
    return {
        "id": pk,
        "product": {"id": product, "title": title, "unit_price": money(cents)},
        "title": title,
        "unit_price": money(cents),
        "quantity": quantity,
    }


def _take_stock(cart: str) -> list[tuple[int, int, str, int]]:
    query(f"SELECT id FROM store_cart WHERE id = %s{FOR_UPDATE}", cart)
    lines = query(
        "SELECT p.id, i.quantity, p.title, p.price FROM store_cartitem i"
        f" JOIN store_product p ON p.id = i.product_id WHERE i.cart_id = %s ORDER BY p.id"
        f"{FOR_UPDATE}",
        cart,
    )
    query(
        "UPDATE store_product SET inventory = inventory - (SELECT quantity FROM store_cartitem"
        " WHERE cart_id = %s AND product_id = store_product.id)"
        " WHERE id IN (SELECT product_id FROM store_cartitem WHERE cart_id = %s)",
        cart, cart,
    )  # fmt: skip
    return lines


def _tell(order: int, *, buyer: str) -> None:
    at = now()
    query(
        "INSERT INTO kit_job (name, arguments, dedupe_key, state, run_at, attempts, last_error,"
        " created_at) VALUES ('store.send_receipt', %s, %s, 'waiting', %s, 0, '', %s)",
        json.dumps({"order_id": order}), f"receipt:{order}", at, at,
    )  # fmt: skip
    desk = [key(uuid(pk)) for (pk,) in query(DESK)]
    cause = f"order:{order}:placed"
    notify(desk, kind="order.placed", cause=cause, actor=buyer, data={"order": order})
    announce(
        [
            ("order.placed", {buyer, *desk}, {"order": order}),
            (
                "notification.created",
                {*desk},
                {"kind": "order.placed", "cause": cause, "group": cause},
            ),
        ]
    )

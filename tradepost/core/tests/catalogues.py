"""Catalogue rows, with defaults; a test names only what matters to it."""


def a_review(**fields):
    defaults = {
        "rating": 4,
        "comment": "Strong and round.",
        "date": "2025-03-04T09:41:02.053Z",
        "reviewerName": "Helena Marsh",
        "reviewerEmail": "helena@example.com",
    }
    return {**defaults, **fields}


def a_row(**fields):
    defaults = {
        "id": 7,
        "sku": "TEA-1",
        "title": "Harbour Tea",
        "description": "For the first pot of the day.",
        "category": "loose-tea",
        "brand": "Quay",
        "price": 8.99,
        "stock": 12,
        "tags": ["black", "breakfast"],
        "reviews": [a_review()],
    }
    return {**defaults, **fields}


def without(row, *keys):
    return {key: value for key, value in row.items() if key not in keys}

"""What all doors share: JSON, errors, paging, idempotency, stored answers, the server itself."""

"""The shop: products, collections, stock, carts, customers, orders, product reviews."""

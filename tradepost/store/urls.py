from django.urls import path

from tradepost.kit.http import paths  # noqa: F401 - registers the converter of numbers
from tradepost.payments.views import payment_paths
from tradepost.store.views import (
    addresses,
    carts,
    catalogue,
    checkout,
    orders,
    questions,
    reports,
    reviews,
)

urlpatterns = [
    path("products/", catalogue.products, name="products"),
    path("products/<number:pk>/", catalogue.product, name="product"),
    path(
        "products/<number:pk>/conversation/",
        questions.product_conversation,
        name="product-conversation",
    ),
    path("products/<number:pk>/review/", reviews.review, name="review"),
    path("products/<number:pk>/review/delete/", reviews.review_delete, name="review-delete"),
    path("cart/", carts.cart, name="cart"),
    path("cart/add/", carts.cart_add, name="cart-add"),
    path("cart/accept/", carts.cart_accept, name="cart-accept"),
    path("cart/lines/<number:pk>/", carts.cart_line, name="cart-line"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<number:pk>/", orders.order, name="order"),
    path("orders/<number:pk>/cancel/", orders.order_cancel, name="order-cancel"),
    path("orders/<number:pk>/payment/", orders.order_payment, name="order-payment"),
    *payment_paths("order", at="orders/<number:pk>/"),
    path("orders/<number:pk>/conversation/", orders.order_conversation, name="order-conversation"),
    path("account/addresses/", addresses.addresses, name="addresses"),
    path("account/addresses/<number:pk>/", addresses.address, name="address"),
    path("account/addresses/<number:pk>/remove/", addresses.address_remove, name="address-remove"),
    path("reports/", reports.reports, name="reports"),
    path("reports/days.csv", reports.reports_days, name="reports-days"),
]

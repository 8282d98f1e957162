from django.urls import path

from tradepost.store.views import carts, catalogue, orders

urlpatterns = [
    path("products/", catalogue.products, name="products"),
    path("products/<int:pk>/", catalogue.product, name="product"),
    path("cart/", carts.cart, name="cart"),
    path("cart/add/", carts.cart_add, name="cart-add"),
    path("cart/lines/<int:pk>/", carts.cart_line, name="cart-line"),
    path("checkout/", orders.checkout, name="checkout"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/conversation/", orders.order_conversation, name="order-conversation"),
]

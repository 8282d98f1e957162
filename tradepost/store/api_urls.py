from django.urls import include, path
from rest_framework.routers import DefaultRouter
from rest_framework_nested.routers import NestedDefaultRouter

from tradepost.store import api

router = DefaultRouter()
router.register("products", api.ProductViewSet, basename="products")
router.register("collections", api.CollectionViewSet, basename="collection")
router.register("carts", api.CartViewSet, basename="carts")
router.register("orders", api.OrderViewSet, basename="orders")

cart_router = NestedDefaultRouter(router, "carts", lookup="cart")
cart_router.register("items", api.CartItemViewSet, basename="cart-items")

urlpatterns = [path("store/", include([*router.urls, *cart_router.urls]))]

from django.urls import include, path
from rest_framework.permissions import AllowAny
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework_nested.routers import NestedDefaultRouter

from tradepost.store.api import carts, collections, orders, products


class StoreRoot(APIRootView):
    """What the shop offers."""

    permission_classes = [AllowAny]


router = DefaultRouter()
router.APIRootView = StoreRoot
router.register("products", products.ProductViewSet, basename="products")
router.register("collections", collections.CollectionViewSet, basename="collection")
router.register("carts", carts.CartViewSet, basename="carts")
router.register("orders", orders.OrderViewSet, basename="orders")

cart_router = NestedDefaultRouter(router, "carts", lookup="cart")
cart_router.register("items", carts.CartItemViewSet, basename="cart-items")

urlpatterns = [path("store/", include([*router.urls, *cart_router.urls]))]

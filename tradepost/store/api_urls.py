from django.urls import include, path
from rest_framework.permissions import AllowAny
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework_nested.routers import NestedDefaultRouter

from tradepost.store import api


class StoreRoot(APIRootView):
    """What the shop offers."""

    permission_classes = [AllowAny]


router = DefaultRouter()
router.APIRootView = StoreRoot
router.register("products", api.ProductViewSet, basename="products")
router.register("collections", api.CollectionViewSet, basename="collection")
router.register("carts", api.CartViewSet, basename="carts")
router.register("orders", api.OrderViewSet, basename="orders")

cart_router = NestedDefaultRouter(router, "carts", lookup="cart")
cart_router.register("items", api.CartItemViewSet, basename="cart-items")

urlpatterns = [path("store/", include([*router.urls, *cart_router.urls]))]

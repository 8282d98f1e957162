from django.urls import include, path
from rest_framework.permissions import AllowAny
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.urlpatterns import format_suffix_patterns
from rest_framework_nested.routers import NestedDefaultRouter

from tradepost.store.api import (
    addresses,
    carts,
    collections,
    customers,
    images,
    orders,
    products,
    promotions,
    reports,
    reviews,
)


class StoreRoot(APIRootView):
    """What the shop offers."""

    permission_classes = [AllowAny]


class Router(DefaultRouter):
    """Addresses without a format in them: our answers are JSON, and ``Accept`` says the rest.

    The catalogue's alone are known with ``.json``, too.
    """

    include_format_suffixes = False
    APIRootView = StoreRoot


class NestedRouter(NestedDefaultRouter):
    include_format_suffixes = False
    include_root_view = False  # that of the shop names what there is


router = Router()
router.register("products", products.ProductViewSet, basename="products")
router.register("collections", collections.CollectionViewSet, basename="collection")
router.register("promotions", promotions.PromotionViewSet, basename="promotions")
router.register("carts", carts.CartViewSet, basename="carts")
router.register("orders", orders.OrderViewSet, basename="orders")
router.register("customers", customers.CustomerViewSet, basename="customers")
router.register("addresses", addresses.AddressViewSet, basename="addresses")

product_router = NestedRouter(router, "products", lookup="product")
product_router.register("reviews", reviews.ReviewViewSet, basename="product-reviews")
product_router.register("images", images.ImageViewSet, basename="product-images")

cart_router = NestedRouter(router, "carts", lookup="cart")
cart_router.register("items", carts.CartItemViewSet, basename="cart-items")

catalogue_urls = [
    url
    for url in router.urls
    if str(getattr(url, "name", "")).startswith(("products-", "collection-", "promotions-"))
]
suffixed_urls = format_suffix_patterns(
    [*catalogue_urls, *product_router.urls], suffix_required=True, allowed=["json"]
)

urlpatterns = [
    path("store/reports/sales/", reports.SalesReportView.as_view(), name="sales-report"),
    path(
        "store/", include([*router.urls, *product_router.urls, *cart_router.urls, *suffixed_urls])
    ),
]

"""The addresses that are measured, the same as Tradepost's."""

from django.urls import include, path
from rest_framework_nested.routers import DefaultRouter

from benchmarks.plain import views

router = DefaultRouter()
router.register("store/products", views.ProductViewSet, basename="products")
router.register("store/collections", views.CollectionViewSet, basename="collections")
router.register("store/carts", views.CartViewSet, basename="carts")
router.register(
    r"store/carts/(?P<cart_pk>[^/.]+)/items", views.CartItemViewSet, basename="cart-items"
)
router.register("store/orders", views.OrderViewSet, basename="orders")
router.register("conversations", views.ConversationViewSet, basename="conversations")
router.register("messages", views.MessageViewSet, basename="messages")

urlpatterns = [path("api/v1/", include(router.urls))]

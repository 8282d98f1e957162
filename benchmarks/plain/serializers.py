from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from rest_framework import serializers

from benchmarks.plain.models import (
    Cart,
    CartItem,
    Collection,
    Conversation,
    Message,
    Order,
    OrderItem,
    Product,
    ProductImage,
    User,
)


class ProductImageSerializer(serializers.ModelSerializer):
    class Meta:
        model = ProductImage
        fields = ["id", "image"]


class ProductSerializer(serializers.ModelSerializer):
    price_with_tax = serializers.SerializerMethodField()
    images = ProductImageSerializer(many=True, read_only=True)

    class Meta:
        model = Product
        fields = [
            "id", "title", "slug", "description", "brand", "inventory", "unit_price",
            "price_with_tax", "collection", "images", "last_update",
        ]  # fmt: skip

    def get_price_with_tax(self, product: Product) -> Decimal:
        return (product.unit_price * Decimal("1.1")).quantize(Decimal("0.01"))


class CollectionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Collection
        fields = ["id", "title"]


class CartSerializer(serializers.ModelSerializer):
    class Meta:
        model = Cart
        fields = ["id", "created_at"]
        read_only_fields = ["id"]


class SimpleProductSerializer(serializers.ModelSerializer):
    class Meta:
        model = Product
        fields = ["id", "title", "unit_price"]


class AddCartItemSerializer(serializers.ModelSerializer):
    product_id = serializers.IntegerField()

    class Meta:
        model = CartItem
        fields = ["id", "product_id", "quantity"]

    def validate_product_id(self, value: int) -> int:
        if not Product.objects.filter(pk=value).exists():
            raise serializers.ValidationError("No product with the given ID was found.")
        return value

    def save(self, **kwargs: Any) -> CartItem:
        cart_id = self.context["cart_id"]
        product_id = self.validated_data["product_id"]
        quantity = self.validated_data["quantity"]
        try:
            item = CartItem.objects.get(cart_id=cart_id, product_id=product_id)
            item.quantity += quantity
            item.save()
        except CartItem.DoesNotExist:
            item = CartItem.objects.create(cart_id=cart_id, **self.validated_data)
        self.instance = item
        return item


class OrderItemSerializer(serializers.ModelSerializer):
    product = SimpleProductSerializer()

    class Meta:
        model = OrderItem
        fields = ["id", "product", "unit_price", "quantity"]


class OrderSerializer(serializers.ModelSerializer):
    items = OrderItemSerializer(many=True)

    class Meta:
        model = Order
        fields = ["id", "customer", "placed_at", "payment_status", "items"]


class CreateOrderSerializer(serializers.Serializer):
    cart_id = serializers.UUIDField()

    def validate_cart_id(self, cart_id: Any) -> Any:
        if not Cart.objects.filter(pk=cart_id).exists():
            raise serializers.ValidationError("No cart with the given ID was found.")
        if not CartItem.objects.filter(cart_id=cart_id).exists():
            raise serializers.ValidationError("The cart is empty.")
        return cart_id

    def save(self, **kwargs: Any) -> Order:
        with transaction.atomic():
            cart_id = self.validated_data["cart_id"]
            order = Order.objects.create(customer=self.context["user"])
            cart_items = CartItem.objects.select_related("product").filter(cart_id=cart_id)
            order_items = [
                OrderItem(
                    order=order,
                    product=item.product,
                    unit_price=item.product.unit_price,
                    quantity=item.quantity,
                )
                for item in cart_items
            ]
            OrderItem.objects.bulk_create(order_items)
            for item in order_items:
                Product.objects.filter(pk=item.product_id).update(
                    inventory=F("inventory") - item.quantity
                )
            Cart.objects.filter(pk=cart_id).delete()
            return order


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "username", "first_name", "last_name"]


class MessageSerializer(serializers.ModelSerializer):
    sender = UserSerializer(read_only=True)

    class Meta:
        model = Message
        fields = ["id", "conversation", "sender", "message_body", "sent_at"]


class ConversationSerializer(serializers.ModelSerializer):
    participants = UserSerializer(many=True, read_only=True)
    last_message = serializers.SerializerMethodField()
    message_count = serializers.SerializerMethodField()

    class Meta:
        model = Conversation
        fields = [
            "id", "participants", "last_message", "message_count", "created_at", "updated_at",
        ]  # fmt: skip

    def get_last_message(self, conversation: Conversation) -> Any:
        prefetched = list(conversation.messages.all())
        return MessageSerializer(prefetched[-1]).data if prefetched else None

    def get_message_count(self, conversation: Conversation) -> int:
        return len(conversation.messages.all())

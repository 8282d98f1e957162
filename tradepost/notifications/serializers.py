"""What the API of notifications takes and shows."""

from typing import Any

from rest_framework import serializers

from tradepost.accounts.models import User
from tradepost.notifications.actions.preferences import Switch
from tradepost.notifications.kinds import Channel, link_for, list_kinds, sentence_for
from tradepost.notifications.models import Notification, PushSubscription
from tradepost.notifications.queries import MOST_ACTORS


class NotificationsInput(serializers.Serializer[object]):
    unread = serializers.BooleanField(required=False, help_text="Only unread ones, or only read.")
    kind = serializers.CharField(required=False, max_length=64)

    def validate_kind(self, kind: str) -> str:
        if kind not in list_kinds():
            raise serializers.ValidationError("There is no such kind of notification.")
        return kind


class NotificationOutput(serializers.ModelSerializer[Notification]):
    text = serializers.SerializerMethodField()
    link = serializers.SerializerMethodField()
    is_read = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ["id", "kind", "text", "link", "data", "group", "is_read", "created_at"]
        read_only_fields = fields

    def get_text(self, notification: Notification) -> str:
        return sentence_for(notification)

    def get_link(self, notification: Notification) -> str:
        return link_for(notification)

    def get_is_read(self, notification: Notification) -> bool:
        return notification.read_at is not None


class GroupActorOutput(serializers.ModelSerializer[User]):
    name = serializers.CharField(source="__str__")

    class Meta:
        model = User
        fields = ["id", "name"]
        read_only_fields = fields


class GroupOutput(serializers.Serializer[object]):
    group = serializers.CharField()
    newest = serializers.UUIDField(source="newest.pk", help_text="The newest notification of it.")
    kind = serializers.CharField(source="newest.kind")
    text = serializers.CharField(help_text="The newest one, with how many others did the same.")
    link = serializers.CharField()
    count = serializers.IntegerField()
    unread_count = serializers.IntegerField()
    actors = GroupActorOutput(
        many=True, help_text=f"The last ones of the unread, {MOST_ACTORS} at most."
    )
    created_at = serializers.DateTimeField(source="newest.created_at")


class GroupInput(serializers.Serializer[object]):
    group = serializers.CharField(max_length=100)


class KindChannelsInput(serializers.Serializer[object]):
    in_app = serializers.BooleanField(required=False)
    email = serializers.BooleanField(required=False)
    push = serializers.BooleanField(required=False)


class KindChoiceInput(serializers.Serializer[object]):
    kind = serializers.CharField(max_length=64)
    channels = KindChannelsInput()


class PreferencesInput(serializers.Serializer[object]):
    email = serializers.BooleanField(required=False, help_text="Mails about what was missed.")
    digest = serializers.BooleanField(required=False, help_text="A mail a day.")
    kinds = serializers.ListField(child=KindChoiceInput(), required=False, max_length=200)

    @staticmethod
    def switches(given: dict[str, Any]) -> dict[Switch, bool]:
        """Return what the valid input says, of each kind and channel the last word."""
        switches = {
            ("", Channel(name)): given[name] for name in ("email", "digest") if name in given
        }
        for row in given.get("kinds", []):
            for channel, is_on in row["channels"].items():
                switches[row["kind"], Channel(channel)] = is_on
        return switches


class KindChoiceOutput(serializers.Serializer[object]):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # a field of ours
    channels = KindChannelsInput()
    may_be_switched = serializers.ListField(child=serializers.CharField())


class PreferencesOutput(serializers.Serializer[object]):
    email = serializers.BooleanField()
    digest = serializers.BooleanField()
    kinds = KindChoiceOutput(many=True)


class PushKeysInput(serializers.Serializer[object]):
    p256dh = serializers.CharField(max_length=100)
    auth = serializers.CharField(max_length=40)


class PushSubscriptionInput(serializers.Serializer[object]):
    """What ``PushSubscription.toJSON()`` of a browser gives."""

    endpoint = serializers.CharField(max_length=700)
    keys = PushKeysInput()


class PushSubscriptionOutput(serializers.ModelSerializer[PushSubscription]):
    class Meta:
        model = PushSubscription
        fields = ["id", "endpoint", "created_at"]
        read_only_fields = fields

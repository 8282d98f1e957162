"""The API door to files of messages: uploaded here, sent with a message, fetched by its readers."""

from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from tradepost.accounts.caller import caller
from tradepost.kit.http.bodies import created, read_body
from tradepost.kit.http.downloads import AnyAccept
from tradepost.kit.http.idempotency import IdempotentPosts
from tradepost.kit.http.private_files import send_private_file
from tradepost.kit.http.uploads_first import UploadsFirst
from tradepost.messaging.actions.attachments import delete_file, keep_file, refuse_too_many
from tradepost.messaging.files import StoredFile, stored_file
from tradepost.messaging.limits import Uploads
from tradepost.messaging.models import Attachment
from tradepost.messaging.rows import ATTACHMENT_COLUMNS, Shown, attachment_shown
from tradepost.messaging.serializers.attachments import UploadInput
from tradepost.messaging.serializers.messages import FileOutput


class AttachmentViewSet(UploadsFirst, IdempotentPosts, viewsets.GenericViewSet[Attachment]):
    """Files: the caller's own until they are sent, then those of messages that the caller sees."""

    queryset = Attachment.objects.none()
    serializer_class = FileOutput
    parser_classes = [MultiPartParser]
    throttle_classes = [Uploads]
    pagination_class = None
    lookup_value_converter = "uuid"

    def store_upload(self, request: Request, **kwargs: Any) -> AbstractContextManager[StoredFile]:
        asked = read_body(request, UploadInput)
        refuse_too_many(uploader=caller(request))  # before work is done for them
        return stored_file(asked["file"])

    @extend_schema(request={"multipart/form-data": UploadInput}, responses={201: FileOutput})
    def create(self, request: Request) -> Response:
        """Upload a file, to be named in `attachments` of a message within a day."""
        attachment = keep_file(uploader=caller(request), stored=self.upload)
        return created(request, _show(attachment), pk=attachment.pk)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(_show(self._find(pk)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Throw a file away that is not sent yet."""
        delete_file(uploader=caller(request), attachment_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
    @action(["get"], detail=True, content_negotiation_class=AnyAccept)
    def file(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The file itself, for who may see its message at this moment."""
        attachment = self._find(pk)
        return send_private_file(
            request, path=str(attachment.file), name=attachment.name,
            mime_type=attachment.mime_type, shown=attachment.width is not None,
        )  # fmt: skip

    @extend_schema(responses={(200, "image/webp"): OpenApiTypes.BINARY})
    @action(["get"], detail=True, content_negotiation_class=AnyAccept)
    def thumbnail(self, request: Request, pk: UUID) -> HttpResponseBase:
        """A picture of at most 400 pixels a side; it is there a moment after the upload."""
        attachment = self._find(pk)
        if not attachment.thumbnail:
            raise Http404
        stem = attachment.name.rpartition(".")[0]
        return send_private_file(
            request, path=str(attachment.thumbnail), name=f"{stem}.webp", mime_type="image/webp",
            shown=True,
        )  # fmt: skip

    def _find(self, pk: UUID) -> Attachment:
        return get_object_or_404(Attachment.objects.visible_to(caller(self.request)), pk=pk)


def _show(attachment: Attachment) -> Shown:
    return attachment_shown([getattr(attachment, column) for column in ATTACHMENT_COLUMNS])

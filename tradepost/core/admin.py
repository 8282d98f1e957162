"""The admin that joins the shop and the tags: products with their tags."""

from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.admin import GenericTabularInline
from django.contrib.contenttypes.forms import BaseGenericInlineFormSet
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from tradepost.core.actions.labels import delete_shown_tags, rename_shown_tag
from tradepost.core.actions.products import MOST_TAGS, tag_product
from tradepost.core.admin_catalogue import CatalogueExchange
from tradepost.kit.admin.deeds import DeedAdmin
from tradepost.store.admin.products import ProductAdmin
from tradepost.store.models import Product
from tradepost.tags.actions.labels import create_tag
from tradepost.tags.admin import TagAdmin
from tradepost.tags.models import Tag, TaggedItem


class TagFormSet(BaseGenericInlineFormSet):
    def save(self, commit: bool = True) -> Any:
        """Give the product the tags that are left in the form; the same one twice counts once."""
        saved = super().save(commit=False)
        if commit and self.has_changed():
            rows = [form.cleaned_data for form in self.forms if form not in self.deleted_forms]
            labels = {row["tag"].label for row in rows if row}
            tag_product(product_id=self.instance.pk, labels=labels)
        return saved


class TagInline(GenericTabularInline):
    model = TaggedItem
    formset = TagFormSet  # type: ignore[assignment] # the stubs forget generic ones
    autocomplete_fields = ["tag"]
    extra = 0
    max_num = MOST_TAGS
    verbose_name = "tag"

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaggedItem]:
        ties: QuerySet[TaggedItem] = super().get_queryset(request).select_related("tag")
        return ties


class TaggedProductAdmin(CatalogueExchange, ProductAdmin):
    inlines = [TagInline, *ProductAdmin.inlines]


class ShownTagAdmin(DeedAdmin, TagAdmin):
    """The catalogue shows the tags' labels."""

    def create(self, request: HttpRequest, form: ModelForm, columns: dict[str, Any]) -> Model:
        return create_tag(label=columns["label"])

    def change(
        self, request: HttpRequest, row: Tag, form: ModelForm, columns: dict[str, Any]
    ) -> None:
        if columns:
            rename_shown_tag(tag_id=row.pk, label=columns["label"])

    def remove(self, request: HttpRequest, keys: list[int]) -> None:
        delete_shown_tags(tag_ids=keys)


admin.site.unregister([Product, Tag])
admin.site.register(Product, TaggedProductAdmin)
admin.site.register(Tag, ShownTagAdmin)

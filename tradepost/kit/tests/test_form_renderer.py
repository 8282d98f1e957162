"""Widgets without templates: the same HTML as Django's own."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from tradepost.kit.forms.renderer import WITHOUT_TEMPLATE, FormRenderer

NASTY = "\"><script>'&amp;"
CHOICES = [("", "any"), (1, NASTY), ("Group <1>", [("a", gettext_lazy("Yes")), (1234567, 1234.5)])]
WIDGETS = [
    forms.TextInput({"maxlength": 5, "autofocus": True, "disabled": False, "title": NASTY}),
    forms.NumberInput({"step": "0.01", "min": 0}),
    forms.SearchInput(),
    forms.EmailInput({"class": mark_safe("a &amp; b")}),
    forms.URLInput(),
    forms.PasswordInput(render_value=True),
    forms.HiddenInput(),
    forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    forms.CheckboxInput(),
    forms.Textarea({"rows": 4}),
    forms.Select(choices=CHOICES),
    forms.Select({"data-what": NASTY}, choices=[]),
    forms.SelectMultiple(choices=CHOICES),
    forms.NullBooleanSelect(),
    forms.CheckboxSelectMultiple({"class": "wide"}, choices=CHOICES),
    forms.RadioSelect(choices=CHOICES),
    forms.FileInput(),
]
VALUES = [None, "", "a", NASTY, 1, "1", 1234567, ["1", "a"], mark_safe("&lt;"), True]


def written(widget, value, renderer, attrs) -> str:
    name = 'n<"'
    html = widget.render(name, value, attrs, renderer)
    return re.sub(r"\s+(?=<)|(?<=>)\s+", "", html)


@pytest.mark.parametrize("attrs", [None, {"id": "id_n", "required": True}])
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_widget_is_what_its_template_says(widget, attrs):
    shown = [value for value in VALUES if not isinstance(value, list) or is_multiple(widget)]

    ours = [written(widget, value, FormRenderer(), attrs) for value in shown]

    assert ours == [written(widget, value, DjangoTemplates(), attrs) for value in shown]


def is_multiple(widget) -> bool:
    return getattr(widget, "allow_multiple_selected", False)


def test_all_forms_use_it():
    assert isinstance(get_default_renderer(), FormRenderer)


def test_what_is_written_without_a_template_is_known_to_django():
    for name in WITHOUT_TEMPLATE:
        assert DjangoTemplates().get_template(name)


def test_a_choice_with_a_template_of_its_own_keeps_it():
    class Plain(forms.RadioSelect):
        option_template_name = "django/forms/widgets/text.html"

    widget = Plain(choices=[("a", "A")])

    ours = written(widget, "a", FormRenderer(), None)

    assert ours == written(widget, "a", DjangoTemplates(), None)
    assert "<label" not in ours

"""Widgets as HTML, the usual ones without a template.

Django renders a template for each widget, and two more for each choice of a list: that was a third
of the time of a page with a form. What is not named here it still renders itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]
Write = Callable[["FormRenderer", Widget], str]
FOLDER = "django/forms/widgets/"
INPUTS = ("text", "search", "number", "email", "url", "password", "hidden", "date", "checkbox")


class FormRenderer(DjangoTemplates):
    """Django's renderer, quicker; a test holds its HTML equal to that of the templates."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Return a widget, or whatever else forms are made of, as HTML."""
        write = WITHOUT_TEMPLATE.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return mark_safe(write(self, context["widget"]))  # noqa: S308 - they escape what they put in


def _write_input(renderer: FormRenderer, widget: Widget) -> str:
    value = widget["value"]
    said = "" if value is None else f' value="{conditional_escape(value)}"'
    kind, name = _text(widget["type"]), _text(widget["name"])
    return f'<input type="{kind}" name="{name}"{said}{_attributes(widget)}>'


def _write_textarea(renderer: FormRenderer, widget: Widget) -> str:
    # The browser takes the first line break away.
    text = _text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget)}>\n{text}</textarea>'


def _write_select(renderer: FormRenderer, widget: Widget) -> str:
    groups = "".join(
        _write_group(name, _write_choices(renderer, choices))
        for name, choices, _ in widget["optgroups"]
    )
    return f'<select name="{_text(widget["name"])}"{_attributes(widget)}>{groups}\n</select>'


def _write_group(name: object, choices: list[str]) -> str:
    lines = "".join(f"\n  {choice}" for choice in choices)
    return f'\n  <optgroup label="{_text(name)}">{lines}\n  </optgroup>' if name else lines


def _write_option(renderer: FormRenderer, widget: Widget) -> str:
    value, label = conditional_escape(widget["value"]), _text(widget["label"])
    return f'<option value="{value}"{_attributes(widget)}>{label}</option>'


def _write_boxes(renderer: FormRenderer, widget: Widget) -> str:
    kept = {name: widget["attrs"].get(name) for name in ("id", "class")}
    attributes = _attributes({"attrs": {name: value for name, value in kept.items() if value}})
    groups = "".join(
        _write_group_of_boxes(name, _write_choices(renderer, choices))
        for name, choices, _ in widget["optgroups"]
    )
    return f"<div{attributes}>{groups}\n</div>"


def _write_group_of_boxes(name: object, choices: list[str]) -> str:
    lines = "".join(f"<div>\n    {choice}</div>" for choice in choices)
    return f"\n  <div><label>{_text(name)}</label>{lines}\n  </div>" if name else lines


def _write_box(renderer: FormRenderer, widget: Widget) -> str:
    box = _write_input(renderer, widget)
    if not widget.get("wrap_label"):
        return box
    name = widget["attrs"].get("id")
    of_it = f' for="{_text(name)}"' if name else ""
    return f"<label{of_it}>{box} {_text(widget['label'])}</label>"


def _write_choices(renderer: FormRenderer, choices: list[Widget]) -> list[str]:
    return [renderer.render(choice["template_name"], {"widget": choice}) for choice in choices]


def _attributes(widget: Widget) -> str:
    """Return them with a space in front of each; those that are False are not there."""
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{conditional_escape(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: Any) -> SafeString:
    """Return what a template shows of a value."""
    return conditional_escape(localize(value))


WITHOUT_TEMPLATE: Mapping[str, Write] = {
    **{f"{FOLDER}{name}.html": _write_input for name in INPUTS},
    f"{FOLDER}textarea.html": _write_textarea,
    f"{FOLDER}select.html": _write_select,
    f"{FOLDER}select_option.html": _write_option,
    f"{FOLDER}checkbox_select.html": _write_boxes,
    f"{FOLDER}radio.html": _write_boxes,
    f"{FOLDER}checkbox_option.html": _write_box,
    f"{FOLDER}radio_option.html": _write_box,
}

"""What the tests of the admin share: forms filled in as a browser would send them."""

from html.parser import HTMLParser
from io import BytesIO

from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from tradepost.accounts.models import User


class _Form(HTMLParser):
    """Collects what the fields of a page's main form would send."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.inside = name, False
        self.values: dict[str, str | list[str]] = {}
        self.select: tuple[str, bool] | None = None
        self.text: str | None = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("name")
        if tag == "form":
            self.inside = given.get("id") == self.name
        elif not self.inside:
            return
        elif tag == "input" and name and given.get("type") not in ("submit", "file", "checkbox"):
            self.values[name] = given.get("value") or ""
        elif tag == "textarea" and name:
            self.text, self.values[name] = name, ""
        elif tag == "select" and name:
            self.select = (name, "multiple" in given)
            self.values[name] = [] if "multiple" in given else ""
        elif tag == "option" and self.select and "selected" in given:
            chosen, many = self.select
            value = given.get("value") or ""
            self.values[chosen] = [*self.values[chosen], value] if many else value

    def handle_data(self, data):
        if self.text:
            self.values[self.text] += data.removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        self.select = None if tag == "select" else self.select
        self.text = None if tag == "textarea" else self.text


def address(model, page: str, *args: object) -> str:
    """Return where the admin has this page of a model."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fields_of(answer, form: str) -> dict[str, str | list[str]]:
    """Return what the form of a page sends when nothing is changed."""
    parser = _Form(form)
    parser.feed(answer.content.decode())
    return parser.values


def submit(client, model, row=None, **changes):
    """Open the form of a row, or of a new one, change some of its fields and send it."""
    url = address(model, "add") if row is None else address(model, "change", row.pk)
    sent = fields_of(client.get(url), f"{model._meta.model_name}_form")
    return client.post(url, {**sent, **changes})


def act(client, model, action: str, *rows, **more):
    """Choose an action of the list for some rows."""
    keys = [str(row.pk) for row in rows]
    sent = {"action": action, "_selected_action": keys, **more}
    return client.post(address(model, "changelist"), sent)


def delete(client, model, row):
    return client.post(address(model, "delete", row.pk), {"post": "yes"})


def notes(answer) -> list[tuple[str, str]]:
    """Return what the next page says at its top: level and text."""
    return [(note.level_tag, str(note)) for note in get_messages(answer.wsgi_request)]


def picture(*, size: tuple[int, int] = (40, 30), padding: int = 0) -> SimpleUploadedFile:
    """Make a picture, with so many bytes behind its end."""
    content = BytesIO()
    Image.new("RGB", size, "green").save(content, "PNG")
    return SimpleUploadedFile("tea.png", content.getvalue() + bytes(padding), "image/png")


def make_staff(username: str, *permissions: str) -> User:
    """Make somebody who may open the admin and do just this."""
    person = User.objects.create_user(
        username, f"{username}@example.com", "pw", first_name="S", last_name="T", is_staff=True
    )
    for label in permissions:
        app, codename = label.split(".")
        person.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return person

"""Files in a bucket, configured by the environment alone, against a server that speaks S3."""

import zipfile
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import boto3
import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone
from moto.server import ThreadedMotoServer

from config.settings.storage import origin_of_pictures, read_storage
from tradepost.accounts.actions.exports import ask_for_export, end_exports, sweep_export_files
from tradepost.accounts.models import Export
from tradepost.kit.audit import list_invariants
from tradepost.kit.buckets import policy_of
from tradepost.kit.jobs.runner import run_due_jobs
from tradepost.kit.pictures import AbstractPicture
from tradepost.kit.tests.documents import PDF
from tradepost.kit.tests.pictures import upload
from tradepost.messaging.actions.attachments import sweep_stray_files
from tradepost.messaging.tests.factories import make_conversation
from tradepost.store.actions.images import sweep_image_files
from tradepost.store.models import ProductImage
from tradepost.store.tests.factories import make_product

pytestmark = pytest.mark.django_db
KEYS = {
    "AWS_ACCESS_KEY_ID": "made-up",
    "AWS_SECRET_ACCESS_KEY": "for-tests",
    "AWS_REGION": "eu-west-1",
}
LATER = timedelta(days=2)


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server, settings, monkeypatch):
    """The bucket that the settings' own code makes of the environment; strangers see pictures."""
    name = f"shop-{uuid4().hex}"
    for variable, value in KEYS.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("STORAGE_URL", f"s3://{name}/live")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    client = boto3.client("s3")
    client.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": KEYS["AWS_REGION"]}
    )
    settings.STORAGES = {**settings.STORAGES, "default": read_storage()}
    settings.PICTURES_FROM = origin_of_pictures(settings.STORAGES["default"])
    client.put_bucket_policy(Bucket=name, Policy=policy_of(default_storage))
    return Bucket(client, name, f"{server}/{name}/live/")


class Bucket:
    def __init__(self, client, name, address) -> None:
        self.client, self.name, self.address = client, name, address

    def keys(self) -> list[str]:
        listed = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return [one["Key"].removeprefix("live/") for one in listed]

    def look_as_stranger(self, key: str) -> httpx.Response:
        return httpx.get(self.address + key)


@pytest.fixture
def picture(api, boss, bucket):
    """A product's picture that came by the API, with its smaller forms."""
    product = make_product()
    form = {"image": upload()}
    sent = api(boss).post(f"/api/v1/store/products/{product.pk}/images/", form, format="multipart")
    assert sent.status_code == 201, sent.content
    run_due_jobs()
    return ProductImage.objects.get()


@pytest.fixture
def attachment(api, ann, bob, bucket):
    """A document that ann sent to bob: what the API says of it."""
    talk = make_conversation(ann, bob)
    form = {"file": upload(PDF, "plan.pdf")}
    sent = api(ann).post("/api/v1/attachments/", form, format="multipart").json()
    message = {"conversation": str(talk.pk), "attachments": [sent["attachment_id"]]}
    assert api(ann).post("/api/v1/messages/", message).status_code == 201
    return sent


def test_everybody_sees_a_pictures_three_forms_at_the_addresses_that_the_api_says(
    picture, api, bucket
):
    shown = api().get(f"/api/v1/store/products/{picture.product_id}/").json()["images"][0]

    answers = [httpx.get(shown[form]) for form in ("image", "thumbnail", "webp")]

    assert [a.status_code for a in answers] == [200, 200, 200]
    assert [a.headers["content-type"] for a in answers] == [
        "image/jpeg",
        "image/webp",
        "image/webp",
    ]
    assert {a.headers["cache-control"] for a in answers} == {"public, max-age=31536000, immutable"}
    assert all(shown[form].startswith(bucket.address) for form in ("image", "thumbnail", "webp"))


def test_pages_let_browsers_load_pictures_from_the_bucket(picture, client, bucket, server):
    page = client.get(f"/products/{picture.product_id}/", follow=True)

    assert page.status_code == 200
    assert bucket.address in page.content.decode()
    assert f"img-src 'self' data: {server};" in page["Content-Security-Policy"]


def test_a_removed_picture_takes_its_files_along(picture, api, boss, bucket):
    assert len(bucket.keys()) == 3

    api(boss).delete(f"/api/v1/store/products/{picture.product_id}/images/{picture.pk}/")
    run_due_jobs()

    assert bucket.keys() == []


def test_two_who_find_a_name_free_at_once_do_not_take_the_same(bucket, monkeypatch):
    monkeypatch.setattr("tradepost.kit.buckets.Bucket.exists", lambda self, name: False)

    names = {default_storage.save("store/images/a-small.webp", ContentFile(b"x")) for _ in "ab"}

    assert len(names) == len(bucket.keys()) == 2


def test_an_attachment_comes_through_our_door_to_those_who_may_see_it(
    attachment, api, ann, bob, charlie
):
    path = f"/api/v1/attachments/{attachment['attachment_id']}/file/"

    answers = {user.username: api(user).get(path) for user in (ann, bob, charlie)}

    assert {name: a.status_code for name, a in answers.items()} == {
        "ann": 200,
        "bob": 200,
        "charlie": 404,
    }
    assert b"".join(answers["bob"].streaming_content) == PDF
    assert answers["bob"]["Cache-Control"] == "private, no-store"


def test_a_part_of_an_attachment_can_be_asked_for(attachment, api, bob):
    path = f"/api/v1/attachments/{attachment['attachment_id']}/file/"

    answer = api(bob).get(path, headers={"Range": "bytes=1-3"})

    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, PDF[1:4])


def test_a_file_that_is_gone_from_the_bucket_is_a_404(attachment, api, bob, bucket):
    bucket.client.delete_object(Bucket=bucket.name, Key=f"live/{bucket.keys()[0]}")

    answer = api(bob).get(f"/api/v1/attachments/{attachment['attachment_id']}/file/")

    assert answer.status_code == 404


def test_the_bucket_refuses_an_attachment_to_strangers(attachment, bucket):
    [key] = bucket.keys()

    assert key.startswith("messaging/attachments/")
    assert bucket.look_as_stranger(key).status_code == 403


def test_the_address_of_a_private_file_is_signed_for_a_minute(attachment, bucket):
    [key] = bucket.keys()

    address = httpx.URL(default_storage.url(key))

    assert address.params["X-Amz-Expires"] == "60"
    assert httpx.get(address).content == PDF


def test_a_copy_of_ones_data_is_private_and_complete(attachment, api, ann, bucket):
    ask_for_export(user=ann, now=timezone.now())

    run_due_jobs()

    export = Export.objects.get()
    assert export.state == Export.State.READY
    assert bucket.look_as_stranger(export.file.name).status_code == 403
    with (
        default_storage.open(export.file.name) as file,
        zipfile.ZipFile(BytesIO(file.read())) as archive,
    ):
        assert archive.testzip() is None
        assert PDF in [archive.read(name) for name in archive.namelist()]


def test_a_copy_that_nobody_may_fetch_any_more_is_removed(ann, bucket):
    ask_for_export(user=ann, now=timezone.now())
    run_due_jobs()
    assert len(bucket.keys()) == 1

    end_exports(now=timezone.now() + timedelta(days=8))
    run_due_jobs()

    assert bucket.keys() == []


def test_sweeps_remove_old_files_that_no_row_knows_and_no_others(picture, attachment, bucket):
    known = set(bucket.keys())
    for folder in ("store/images", "messaging/attachments", "accounts/exports"):
        default_storage.save(f"{folder}/stray.webp", ContentFile(b"x"))
    sweeps = (sweep_image_files, sweep_stray_files, sweep_export_files)

    young = [sweep(now=timezone.now()) for sweep in sweeps]
    old = [sweep(now=timezone.now() + LATER) for sweep in sweeps]

    assert (young, old) == ([0, 0, 0], [1, 1, 1])
    assert set(bucket.keys()) == known


def test_a_file_that_goes_while_a_sweep_looks_stops_nothing(bucket):
    with pytest.raises(FileNotFoundError):
        default_storage.get_modified_time("store/images/gone.webp")


def test_the_audit_finds_a_file_that_the_bucket_has_lost(attachment, bucket):
    files = next(one for one in list_invariants() if one.name == "messaging.files")
    assert list(files.find()) == []

    bucket.client.delete_object(Bucket=bucket.name, Key=f"live/{bucket.keys()[0]}")

    assert len(list(files.find())) == 1


def test_the_bucket_can_be_asked_whether_it_keeps_private_files_to_itself(bucket, capsys):
    call_command("check_bucket")

    assert capsys.readouterr().out == "The bucket shows pictures to everybody, and nothing else.\n"
    assert bucket.keys() == []


def test_a_bucket_that_shows_everything_is_found_out(bucket):
    everything = policy_of(default_storage).replace("/store/*", "/*")
    bucket.client.put_bucket_policy(Bucket=bucket.name, Policy=everything)

    with pytest.raises(CommandError, match="Strangers can read messaging/attachments/"):
        call_command("check_bucket")


def test_a_bucket_that_shows_nothing_is_found_out(bucket):
    bucket.client.delete_bucket_policy(Bucket=bucket.name)

    with pytest.raises(CommandError, match="Browsers cannot read store/"):
        call_command("check_bucket")


def test_without_a_bucket_there_is_nothing_to_look_at():
    with pytest.raises(CommandError, match="STORAGE_URL is empty"):
        call_command("check_bucket")


def test_all_tables_of_pictures_keep_them_where_everybody_may_read(bucket):
    tables = AbstractPicture.__subclasses__()

    assert len(tables) >= 2
    assert all(default_storage.is_public(f"{table.folder}/a.jpg") for table in tables)


def test_no_way_leads_from_a_public_folder_to_a_private_file(bucket):
    assert "X-Amz-Signature" in default_storage.url("store/../messaging/attachments/a.pdf")


@pytest.mark.parametrize(
    ("variables", "address", "origin"),
    [
        ({}, "https://shop.s3.us-east-1.amazonaws.com/store/a.jpg", "https://shop.s3.us-east-1.amazonaws.com"),
        ({"AWS_REGION": "eu-west-1"}, "https://shop.s3.eu-west-1.amazonaws.com/store/a.jpg", "https://shop.s3.eu-west-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "https://s3.example"}, "https://s3.example/shop/store/a.jpg", "https://s3.example"),
        ({"STORAGE_PUBLIC_URL": "https://cdn.example/p"}, "https://cdn.example/p/store/a.jpg", "https://cdn.example"),
    ],
)  # fmt: skip
def test_where_pictures_are_follows_from_the_environment(
    settings, monkeypatch, variables, address, origin
):
    for name in (*KEYS, "AWS_ENDPOINT_URL", "STORAGE_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"STORAGE_URL": "s3://shop", **variables}.items():
        monkeypatch.setenv(name, value)

    settings.STORAGES = {**settings.STORAGES, "default": read_storage()}

    assert default_storage.url("store/a.jpg") == address
    assert origin_of_pictures(settings.STORAGES["default"]) == origin


@pytest.mark.parametrize(
    "address", ["/var/files", "s3://", "s3://key:secret@shop", "gs://shop", "s3://shop?acl=public"]
)
def test_a_strange_address_of_the_storage_stops_the_start(monkeypatch, address):
    monkeypatch.setenv("STORAGE_URL", address)

    with pytest.raises(ImproperlyConfigured, match="s3://bucket"):
        read_storage()

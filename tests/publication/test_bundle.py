"""The one-way bundle: a round trip into an empty host, nothing altered, skipped or read twice, nobody of the staff in it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bureau.models import Agency, User
from publication.models import PublicBundle, PublicEntry, PublicRecord
from publication.rules import bundle
from publication.rules.bundle import BundleError
from publication.services import bundle_export, bundle_import, matter_lists
from registry.models import Matter
from tests.inspections.dispatch_cast import make_full_matter
from tests.publication.cast import approved_matter, fill_index, publish

pytestmark = pytest.mark.django_db
PRIVATE, PUBLIC = bundle.new_key()


def write(folder, **options):
    return bundle_export.write(folder=folder, private_key=PRIVATE, now=timezone.now(), **options)


def read(folder, key=PUBLIC):
    return bundle_import.read(folder=folder, public_key=key)


@pytest.fixture
def made(bureau, tmp_path) -> Path:
    """A first bundle with two results, and a host on which none of it is."""
    place = transaction.savepoint()
    make_full_matter(bureau, "KC-01", name="开采情况")
    matter_lists.publish(authority=bureau.pk)
    fill_index(bureau, 2, entity_name="清源采石场")
    write(tmp_path)
    transaction.savepoint_rollback(place)
    Agency.objects.filter(pk=bureau.pk).update(phone="")
    return tmp_path / "000001"


def test_an_empty_host_shows_what_the_desk_had_published(made, bureau):
    read(made)

    page = Client().get(reverse("public:results"), {"q": "清源"}).content.decode()
    entry = PublicEntry.objects.filter(kind="result").first()
    detail = Client().get(reverse("public:record-file", kwargs={"pk": entry.pk}))
    assert "共 2 项" in page
    assert detail.content == bytes(entry.record.content)
    assert Matter.objects.get().name == "开采情况"
    listed = PublicEntry.objects.get(kind="matter_list")
    url = reverse("public:matter-list", kwargs={"pk": listed.pk})
    assert "开采情况" in Client().get(url).content.decode()


def test_units_that_the_host_has_not_yet_come_with_their_place(bureau, tmp_path):
    place = transaction.savepoint()
    Agency.objects.create(
        code="SFX-NEW", name="新设所", short_name="新设所", kind="station", authority=bureau,
        parent=bureau,
    )  # fmt: skip
    write(tmp_path)
    transaction.savepoint_rollback(place)

    read(tmp_path / "000001")

    unit = Agency.objects.get(code="SFX-NEW")
    assert (unit.authority, unit.parent) == (bureau, bureau)


def test_only_what_is_new_follows_and_every_bundle_in_its_order(bureau, tmp_path):
    place = transaction.savepoint()
    fill_index(bureau, 1)
    first = write(tmp_path)
    # An hour is sent again; what is older is not.
    old = timezone.now() - timedelta(days=2)
    assert PublicRecord.objects.filter(published_at__lt=old).count() == 0
    fill_index(bureau, 1)
    second = write(tmp_path)
    transaction.savepoint_rollback(place)

    with pytest.raises(BundleError, match="缺第 1 包"):
        read(tmp_path / "000002")
    read(tmp_path / "000001")
    read(tmp_path / "000002")

    assert (first.is_whole, second.is_whole) == (True, False)
    assert PublicRecord.objects.count() == 2
    with pytest.raises(BundleError, match="已经导入过"):
        read(tmp_path / "000002")


def test_an_increment_leaves_out_what_was_sent_long_ago(bureau, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle_export, "MARGIN_MS", -1)
    fill_index(bureau, 3)
    write(tmp_path)

    again = write(tmp_path)

    assert next(part.rows for part in again.parts if part.name == "records") == 0


@pytest.mark.parametrize("name", ["records.jsonl", "entries.jsonl", "agencies.jsonl"])
def test_an_altered_file_is_refused_and_nothing_is_written(made, name):
    file = made / name
    file.write_bytes(file.read_bytes().replace("采石".encode(), "采砂".encode(), 1) + b"{}\n")

    with pytest.raises(BundleError, match="与清单不符"):
        read(made)

    assert not PublicRecord.objects.exists()


def test_an_altered_manifest_is_refused(made):
    file = made / bundle.MANIFEST
    file.write_bytes(file.read_bytes().replace(b'"number": 1', b'"number": 9'))

    with pytest.raises(BundleError, match="签名不符"):
        read(made)


def test_another_desk_s_key_is_refused(made):
    with pytest.raises(BundleError, match="签名不符"):
        read(made, key=bundle.new_key()[1])


def test_a_file_that_is_missing_is_named(made):
    (made / "entries.jsonl").unlink()

    with pytest.raises(BundleError, match=r"缺少 entries\.jsonl"):
        read(made)


def test_published_bytes_that_differ_from_the_host_s_are_refused(bureau, tmp_path):
    place = transaction.savepoint()
    fill_index(bureau, 1)
    write(tmp_path)
    pk = PublicRecord.objects.get().pk
    transaction.savepoint_rollback(place)
    PublicRecord.objects.create(
        pk=pk, authority=bureau, kind="result", subject="x", title="x", content=b"{}",
        sha256="0" * 64, sm3="0" * 64,
    )  # fmt: skip

    with pytest.raises(BundleError, match="公示过的内容不能改"):
        read(tmp_path / "000001")


def test_nobody_of_the_staff_is_in_it(bureau, people, tmp_path):
    matter = approved_matter(bureau, people)
    publish(matter, people["publisher"])
    write(tmp_path)

    sent = b"".join(file.read_bytes() for file in (tmp_path / "000001").iterdir()).decode()

    assert matter.visit.entity.name in sent
    names = User.objects.exclude(full_name="").values_list("full_name", flat=True)
    logins = [f'"{name}"' for name in User.objects.values_list("username", flat=True)]
    assert [name for name in [*names, *logins] if name in sent] == []
    row = json.loads((tmp_path / "000001" / "records.jsonl").read_text().splitlines()[0])
    assert "published_by" not in row


def test_two_desks_with_the_same_numbers_do_not_meet(bureau, tmp_path):
    place = transaction.savepoint()
    fill_index(bureau, 1)
    PublicEntry.objects.update(subject="inspections.visitmatter:1")
    write(tmp_path / "a")
    transaction.savepoint_rollback(place)
    private, public = bundle.new_key()
    fill_index(bureau, 1)
    PublicEntry.objects.update(subject="inspections.visitmatter:1")
    bundle_export.write(folder=tmp_path / "b", private_key=private, now=timezone.now())
    transaction.savepoint_rollback(place)

    read(tmp_path / "a" / "000001")
    read(tmp_path / "b" / "000001", key=public)

    assert PublicEntry.objects.count() == 2


def test_the_commands_make_a_key_write_and_read_what_waits(bureau, tmp_path, capsys):
    place = transaction.savepoint()
    fill_index(bureau, 1)
    key = tmp_path / "desk.pem"
    call_command("export_public", tmp_path / "out", key=key, new_key=True)
    call_command("export_public", tmp_path / "out", key=key)
    transaction.savepoint_rollback(place)

    call_command("import_public", tmp_path / "out", key=tmp_path / "desk.pem.pub")
    call_command("import_public", tmp_path / "out", key=tmp_path / "desk.pem.pub")

    assert capsys.readouterr().out.count("已导入") == 2
    assert PublicBundle.objects.count() == 2
    assert key.stat().st_mode & 0o077 == 0


def test_without_a_key_the_command_says_what_to_give(tmp_path):
    with pytest.raises(CommandError, match="BUNDLE_KEY_FILE"):
        call_command("export_public", tmp_path)

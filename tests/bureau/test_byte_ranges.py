"""A player that jumps in a recording gets exactly the bytes it asked for, within its scope (A67)."""

import pytest
from django.urls import reverse

from bureau.rules import byte_ranges
from bureau.services import files
from tests.people import make_user

CONTENT = bytes(range(256)) * 8


@pytest.fixture
def recording(bureau):
    return files.store_bytes(
        content=CONTENT, name="记录仪.mp4", kind="video/mp4", suffix=".mp4", authority=bureau, by=None
    )  # fmt: skip


@pytest.fixture
def player(client, bureau):
    client.force_login(make_user("viewer", "测看片", bureau, "reviewer"))
    return client


def asked(player, recording, header=""):
    headers = {"Range": header} if header else {}
    answer = player.get(reverse("bureau:file", args=[recording.pk]), headers=headers)
    return answer, b"".join(answer) if answer.streaming else answer.content


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("bytes=0-", (0, 2048)),
        ("bytes=10-19", (10, 20)),
        ("bytes=2000-9999", (2000, 2048)),
        ("bytes=-48", (2000, 2048)),
        ("bytes=0-1,5-6", None),
        ("bytes=20-10", None),
        ("lines=1-2", None),
        ("", None),
    ],
)
def test_one_range_is_read_as_it_is_meant(header, found):
    assert byte_ranges.wanted(header, 2048) == found


@pytest.mark.parametrize("header", ["bytes=2048-", "bytes=9999-10000", "bytes=-0"])
def test_a_range_outside_the_file_is_no_range(header):
    with pytest.raises(ValueError, match=r"beyond|empty"):
        byte_ranges.wanted(header, 2048)


@pytest.mark.django_db
def test_the_whole_recording_says_that_ranges_work(player, recording):
    answer, content = asked(player, recording)

    assert (answer.status_code, content) == (200, CONTENT)
    assert (answer["Accept-Ranges"], answer["Content-Length"]) == ("bytes", "2048")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_a_range_gives_its_bytes_only(player, recording):
    answer, content = asked(player, recording, "bytes=100-199")

    assert (answer.status_code, content) == (206, CONTENT[100:200])
    assert answer["Content-Range"] == "bytes 100-199/2048"


@pytest.mark.django_db
def test_beyond_the_end_is_refused_with_the_size(player, recording):
    answer, _ = asked(player, recording, "bytes=4096-")

    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */2048")


@pytest.mark.django_db
def test_another_bureau_gets_no_byte(client, superior_bureau, recording):
    from tests.people import make_authority

    foreign = make_authority("LYX", "邻云县自然资源和规划局")
    client.force_login(make_user("foreigner", "测外县", foreign, "reviewer"))

    assert asked(client, recording, "bytes=0-9")[0].status_code == 404


@pytest.mark.django_db
def test_pieces_flow_into_one_file_with_both_digests(bureau):
    import hashlib

    row = files.store_flow(
        pieces=iter([b"abc", b"", b"def"]), name="长.mp4", kind="video/mp4", suffix=".mp4", authority=bureau, by=None
    )  # fmt: skip
    row.save(force_insert=True)

    assert (row.size, files.read(row)) == (6, b"abcdef")
    assert row.sm3 == hashlib.new("sm3", b"abcdef").hexdigest()


@pytest.mark.django_db
def test_a_large_package_is_saved_under_its_name(player, bureau, settings):
    settings.UPLOAD_MAX_BYTES = 1024
    package = files.store_bytes(
        content=CONTENT, name="卷宗20261121.zip", kind="application/zip", suffix=".zip", authority=bureau, by=None
    )  # fmt: skip

    answer, _ = asked(player, package)

    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E5%8D%B7%E5%AE%9720261121.zip"
    )

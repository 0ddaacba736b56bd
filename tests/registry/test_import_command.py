"""`manage.py import_roster`: the contract that other programs rely on (exit codes, last line, nothing left by a dry run)."""

import json

import pytest
from django.core.management import call_command

from bureau.models import StoredFile
from registry.models import Entity, ImportBatch
from tests.registry.rosters import on_disk, row, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    def call(kind, path, *options):
        try:
            call_command("import_roster", kind, str(path), *options)
            code = 0
        except SystemExit as ended:
            code = ended.code
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    return call


def test_a_dry_run_counts_and_leaves_nothing(bureau, station, tmp_path, run, settings):
    path = on_disk(workbook([row(1), row(2)]), tmp_path)

    code, answer = run("entities", path, "--agency", "SFX")

    assert code == 0
    assert answer == {
        "total": 2,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "errors": [],
        "notices": [],
    }
    assert not ImportBatch.objects.exists()
    assert not StoredFile.objects.exists()
    assert not [p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()]


def test_commit_writes_and_a_second_time_all_is_unchanged(bureau, station, tmp_path, run):
    path = on_disk(workbook([row(1), row(2)]), tmp_path)

    assert run("entities", path, "--agency", "SFX", "--commit", "--json")[0] == 0
    code, answer = run("entities", path, "--agency", "SFX", "--commit", "--json")

    assert code == 0
    assert (answer["new"], answer["unchanged"]) == (0, 2)
    assert Entity.objects.count() == 2
    assert ImportBatch.objects.get().committed_by is None


def test_row_errors_give_two_and_nothing_is_written(bureau, station, tmp_path, run):
    path = on_disk(workbook([row(1), row(2, code="12345"), row(3, expires="2026-02-30")]), tmp_path)

    code, answer = run("entities", path, "--agency", "SFX-BS", "--commit")

    assert code == 2
    assert answer["errors"][0] == {
        "sheet": "名录",
        "row": 3,
        "column": "社会信用代码",
        "value": "12345",
        "message": "第 3 行「社会信用代码」统一社会信用代码应为 18 位，实际 5 位：12345；少了 13 位，请对照营业执照补正",
    }
    assert answer["errors"][1]["column"] == "许可证有效期"
    assert not Entity.objects.exists()


def test_skip_errors_writes_the_others(bureau, station, tmp_path, run):
    path = on_disk(workbook([row(1), row(2, code="12345")]), tmp_path)

    code, _ = run("entities", path, "--agency", "SFX", "--commit", "--skip-errors")

    assert code == 2
    assert Entity.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "content", "agency", "sentence"),
    [
        ("entities", b"\xd0\xcf\x11\xe0\0\0 old", "SFX", "另存为 .xlsx"),
        ("entities", b"PK\x03\x04 broken", "SFX", "已损坏"),
        ("entities", "甲,乙\n1,2\n".encode(), "SFX", "找不到列名行"),
        ("entities", b"", "SFX", "是空的"),
        ("entities", b"x", "NOWHERE", "没有代码为“NOWHERE”的单位"),
        ("plans", b"x,y", "SFX", "“抽查比例”"),
    ],
)
def test_a_refused_file_gives_three_and_one_sentence(
    bureau, tmp_path, run, kind, content, agency, sentence
):
    path = tmp_path / "名录.xlsx"
    path.write_bytes(content)

    code, answer = run(kind, path, "--agency", agency, "--json")

    assert code == 3
    assert list(answer) == ["refused"]
    assert sentence in answer["refused"]
    assert not ImportBatch.objects.exists()


def test_a_file_that_is_not_there_is_refused(bureau, tmp_path, run):
    code, answer = run("entities", tmp_path / "没有.xlsx", "--agency", "SFX")

    assert code == 3
    assert "打不开" in answer["refused"]

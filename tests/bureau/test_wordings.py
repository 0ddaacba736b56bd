"""A bureau changes the wording of its forms without code: checked, versioned, inherited, previewed (DOMAIN E, A94a)."""

import io

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, DocumentWording
from bureau.rules import forms as rules
from bureau.rules.forms import FORMS, Form, Passage
from bureau.selectors import wordings as reading
from bureau.services import wordings
from tests.people import make_user

FORM = FORMS["transfer"]
VALUES = {
    name: name for passage in FORM.passages for name in passage.places
}  # every place, saying its own name


def put(actor, authority, base=0, **changes):
    kept = reading.original(FORM)
    said = {
        "title": kept.title,
        "passages": kept.passages | changes.pop("passages", {}),
        "head": "none",
        "issuer_mark": "",
        "seal": "over_date",
        "reason": "局务会定",
    } | changes
    return wordings.put(actor=actor, authority=authority, form=FORM, base=base, **said)


def test_without_a_version_the_original_speaks_with_its_places_filled(bureau):
    said = wordings.of("transfer", bureau, **VALUES | {"entity": "青石矿业"})

    assert (said["version"], said["title"]) == (0, FORM.title)
    assert said["passages"]["drawn"].startswith("青石矿业系task抽中")


def test_a_saved_version_speaks_from_then_on(bureau, system_admin):
    put(
        system_admin,
        bureau,
        passages={"moved": "{本单位}查明：该对象迁至{新住所}。"},
        head="red",
        issuer_mark="{本单位}文件",
    )

    said = wordings.of("transfer", bureau, **VALUES)

    assert said["passages"]["moved"] == "示范县自然资源和规划局查明：该对象迁至new_address。"
    assert (said["version"], said["issuer_mark"]) == (1, "示范县自然资源和规划局文件")


def test_a_value_with_braces_stays_what_it_is(bureau):
    said = wordings.of("transfer", bureau, **VALUES | {"entity": "{moved_on}公司"})

    assert "{moved_on}公司" in said["passages"]["drawn"]


def test_a_forgotten_value_stops_the_document(bureau):
    with pytest.raises(KeyError):
        wordings.of("transfer", bureau, entity="青石矿业")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("迁至{new_address}，{天气}晴。", "没有 {天气}"),
        ("已经迁走。", "必须写明 {新住所}"),
        ("迁至{新住所}。{", "没有成对"),
        ("  ", "不能空着"),
        ("{new_address.__class__}", "没有 {new_address.__class__}"),
    ],
)
def test_a_wrong_place_is_named(bureau, system_admin, text, problem):
    found = rules.problems(FORM.passages[1], rules.read(text))

    assert any(problem in sentence for sentence in found)
    with pytest.raises(RuleError, match="迁移情况"):
        put(system_admin, bureau, passages={"moved": text})


def test_the_second_of_two_who_change_it_is_told(bureau, system_admin):
    put(system_admin, bureau, title="转交通知书")

    with pytest.raises(Conflict, match="第 1 版"):
        put(system_admin, bureau, title="另一个标题")


def test_an_unchanged_text_is_no_version(bureau, system_admin):
    put(system_admin, bureau, title="转交通知书")

    with pytest.raises(RuleError, match="没有改动"):
        put(system_admin, bureau, base=1, title="转交通知书")


def test_going_back_is_a_new_version_and_loses_nothing(bureau, system_admin):
    put(system_admin, bureau, title="转交通知书")

    wordings.restore(
        actor=system_admin, authority=bureau, form=FORM, version=0, base=1, reason="照原文"
    )

    assert [v.row.version for v in reading.history(FORM, bureau)] == [2, 1]
    assert reading.in_force("transfer", bureau).title == FORM.title


def test_the_history_shows_what_changed_and_the_trail_who(bureau, system_admin):
    put(system_admin, bureau, passages={"moved": "该对象迁至{新住所}。"}, seal="none")

    changes = dict(reading.history(FORM, bureau)[0].changes)

    assert list(changes) == ["迁移情况", "印章位置"]
    assert ("gone", "{reason}") in changes["迁移情况"]
    assert AuditEvent.objects.latest("id").action == "wording.changed"


def test_a_version_is_never_changed_or_deleted(bureau, system_admin):
    row = put(system_admin, bureau, title="转交通知书")

    for act in (row.delete, lambda: DocumentWording.objects.update(title="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_only_administrators_of_the_bureau_change_it(bureau, organiser, outsider):
    for actor in (organiser, outsider):
        with pytest.raises(Forbidden):
            put(actor, bureau, title="转交通知书")


@pytest.mark.rule("A94a")
def test_a_superiors_binding_wording_wins_and_locks_the_page(
    client, bureau, superior_bureau, system_admin
):
    put(system_admin, bureau, title="县局标题")
    chief = make_user("chief", "测市管", superior_bureau, "system_admin")
    put(chief, superior_bureau, title="市局统一标题", reach="mandatory")
    client.force_login(system_admin, backend="django.contrib.auth.backends.ModelBackend")

    assert wordings.of("transfer", bureau, **VALUES)["title"] == "市局统一标题"
    with pytest.raises(RuleError, match="上级"):
        put(system_admin, bureau, base=1, title="又一个")
    assert client.get(reverse("bureau:form-edit", args=["transfer"])).status_code == 422


@pytest.mark.rule("A94a")
@pytest.mark.parametrize(("reach", "expected"), [("default", "市局标题"), ("own", FORM.title)])
def test_a_superiors_wording_is_passed_on_as_it_says(bureau, superior_bureau, reach, expected):
    chief = make_user("chief", "测市管", superior_bureau, "system_admin")
    put(chief, superior_bureau, title="市局标题", reach=reach)

    assert wordings.of("transfer", bureau, **VALUES)["title"] == expected


# ---------------------------------------------------------------- pages


def typed(**changes):
    kept = reading.original(FORM)
    texts = {f"text_{key}": rules.written(text) for key, text in kept.passages.items()}
    return (
        texts
        | {"base": 0, "title": kept.title, "head": "none", "seal": "left", "reason": "局务会定"}
        | changes
    )


@pytest.fixture
def admin(client, system_admin) -> Client:
    client.force_login(system_admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_wrong_place_is_said_beside_its_field_and_nothing_typed_is_lost(admin):
    page = admin.post(
        reverse("bureau:form-edit", args=["transfer"]),
        typed(text_moved="迁至{新住所}，{天气}晴。"),
    )
    text = page.content.decode()

    assert page.status_code == 422
    assert "这一段里没有 {天气} 可以填" in text
    assert "迁至{新住所}，{天气}晴。" in text
    assert not DocumentWording.objects.exists()


def test_a_preview_is_printed_with_what_is_typed_and_keeps_nothing(admin):
    answer = admin.post(
        reverse("bureau:form-draft", args=["transfer"]),
        typed(text_moved="经核实迁至{新住所}。", reason=""),
    )
    pages = PdfReader(io.BytesIO(answer.content)).pages

    assert answer["Content-Type"] == "application/pdf"
    assert "经核实迁至示例市河东区" in pages[0].extract_text().replace(" ", "").replace("\n", "")
    assert not DocumentWording.objects.exists()


def test_the_page_shows_places_in_chinese_and_the_history(admin):
    admin.post(reverse("bureau:form-edit", args=["transfer"]), typed(title="转交通知书"))

    text = admin.get(reverse("bureau:form", args=["transfer"])).content.decode()

    assert "{新住所}" in text
    assert "{new_address}" not in text
    assert "转交通知书" in text
    assert "局务会定" in text


def test_the_list_asks_the_database_the_same_for_every_form(
    admin, bureau, system_admin, django_assert_max_num_queries
):
    with django_assert_max_num_queries(14):
        admin.get(reverse("bureau:forms"))


def test_a_form_without_an_example_is_previewed_by_its_wording(admin, monkeypatch):
    form = Form(
        "plain", "示例表", "示例依据", (Passage("duty", "义务", "请在{days}日内办理。", ("days",)),)
    )
    monkeypatch.setitem(FORMS, "plain", form)

    answer = admin.get(reverse("bureau:form-preview", args=["plain", 0]))

    assert "请在15日内办理" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().replace(" ", "")  # fmt: skip


def test_a_passage_that_a_form_got_later_speaks_as_shipped(bureau, system_admin, monkeypatch):
    put(system_admin, bureau, title="转交通知书")
    longer = Form(
        FORM.key, FORM.title, FORM.citation, (*FORM.passages, Passage("more", "附注", "另行通知。"))
    )
    monkeypatch.setitem(FORMS, FORM.key, longer)

    assert wordings.of("transfer", bureau, **VALUES)["passages"]["more"] == "另行通知。"

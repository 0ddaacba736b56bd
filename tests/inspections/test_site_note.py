"""现场检查笔录: composed of what is recorded, written version by version, frozen once signed (A65, A66)."""

import io
import json

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent
from inspections.models import Evidence, SiteNote, SiteNoteRevision
from inspections.selectors import site_notes as reading
from inspections.services import party, site_notes
from tests.inspections.field_case import begun, filled, give_answer, photo
from tests.people import make_user

pytestmark = pytest.mark.django_db
TEXT = "采场正在作业，负责人全程陪同。\n负责人称东侧台阶上周刚刚开挖。"


def written(case, text=TEXT, seen=0, **given) -> SiteNote:
    values = {
        "actor": case.leader,
        "place": "北山采场",
        "party": "测负责人（矿长）",
        "happened_at": timezone.now(),
    }
    return site_notes.write(visit_pk=case.visit_pk, text=text, seen=seen, **(values | given))


def composed(case) -> dict:
    return reading.compose(case.visit, reading.existing(case.visit))


def signed(case, signed="signed", **given) -> SiteNote:
    values = {
        "actor": case.leader,
        "seen": reading.digest(composed(case)),
        "happened_at": timezone.now(),
        "pages": [photo("green", "笔录签字页.jpg")] if signed == "signed" else [],
    }
    return site_notes.freeze(visit_pk=case.visit_pk, signed=signed, **(values | given))


@pytest.mark.rule("A65")
def test_it_holds_what_was_found_on_site(case):
    begun(case)
    give_answer(case, 1, "no", remark="东侧台阶超高")
    give_answer(case, 3, "yes", photos=[photo("blue")])
    written(case)

    content = composed(case)

    block = content["blocks"][0]
    assert block["counted"] == "检查表共 3 项：符合 1 项，不符合 1 项，未查 1 项。"
    assert block["problems"][0].endswith("不符合，东侧台阶超高")
    assert content["materials"] == "现场取得照片 1 张。"
    assert content["from"] == "2026年3月16日 9时30分"
    assert case.leader.full_name in content["form"]["passages"]["told"]


def test_every_version_stays(case):
    written(begun(case))
    written(case, "第二版", seen=1, actor=case.second)

    note = SiteNote.objects.get()
    assert (note.revision, note.recorder) == (2, case.second)
    assert list(note.revisions.values_list("number", "text")) == [(1, TEXT.strip()), (2, "第二版")]
    with pytest.raises(DatabaseError), transaction.atomic():
        SiteNoteRevision.objects.update(text="x")


def test_the_same_text_again_is_no_version(case):
    """A phone that lost the answer sends once more."""
    written(begun(case))
    written(case, seen=0)

    assert SiteNote.objects.get().revision == 1


def test_two_recorders_do_not_both_win(case):
    written(begun(case))

    with pytest.raises(Conflict, match="没有保存"):
        written(case, "别的", seen=0, actor=case.second)


@pytest.mark.rule("A66")
def test_once_signed_nothing_changes_any_more(case):
    written(begun(case))
    note = signed(case)
    before = json.dumps(note.content, sort_keys=True)
    give_answer(case, 1, "no", remark="后来填的")

    with pytest.raises(RuleError, match="签字固定"):
        written(case, "再改", seen=1)
    frozen = SiteNote.objects.get()
    assert json.dumps(frozen.content, sort_keys=True) == before
    assert reading.shown(case.visit, frozen)["blocks"][0]["problems"] == []
    assert reading.digest(frozen.content) == frozen.digest
    assert Evidence.objects.get(note="现场检查笔录签字页").kind == "document"


def test_what_changed_since_it_was_shown_is_read_again(case):
    written(begun(case))
    shown = reading.digest(composed(case))
    give_answer(case, 1, "no", remark="台阶超高")

    with pytest.raises(Conflict, match="看过最新的笔录"):
        signed(case, seen=shown)
    assert SiteNote.objects.get().frozen_at is None


def test_a_signature_needs_its_page(case):
    written(begun(case))

    with pytest.raises(RuleError, match="拍照上传"):
        signed(case, pages=[])


@pytest.mark.rule("A66")
def test_a_refusal_needs_reason_and_witness_first(case):
    written(begun(case))
    with pytest.raises(RuleError, match="拒签的原因和见证人"):
        signed(case, "refused")
    party.sign(
        visit_pk=case.visit_pk,
        actor=case.leader,
        signed="refused",
        happened_at=timezone.now(),
        refusal_note="负责人离场",
        witness_name="村主任 测李",
    )

    note = signed(case, "refused")

    assert (note.content["signed"], note.content["witness"]) == ("refused", "村主任 测李")
    assert AuditEvent.objects.get(action="site_note.frozen").is_bad


def test_it_is_frozen_once(case):
    written(begun(case))
    signed(case)

    with pytest.raises(Conflict):
        signed(case, actor=case.second)


def test_only_the_team_writes(case, bureau):
    with pytest.raises(Forbidden):
        written(begun(case), actor=make_user("else", "测旁人", bureau, "inspector"))


def test_before_arrival_there_is_nothing_to_record(case):
    with pytest.raises(Conflict):
        written(case)


def test_the_phone_writes_and_signs(client, case):
    client.force_login(filled(begun(case)).leader)
    url = reverse("inspections:field-note", args=[case.visit_pk])
    given = {"text": TEXT, "place": "北山采场", "party": "测负责人", "seen": "0"}

    answer = client.post(url, given)
    page = client.get(reverse("inspections:field-note-sign", args=[case.visit_pk]))
    seen = page.context["form"]["seen"].value()
    closed = client.post(
        reverse("inspections:field-note-sign", args=[case.visit_pk]),
        {"signed": "signed", "seen": seen, "pages": photo("green", "签字页.jpg")},
    )

    assert (answer.status_code, closed.status_code) == (302, 302)
    assert "固定以后不能更改" in client.get(url).content.decode()


def test_the_desk_sees_whether_it_is_signed(client, case):
    written(begun(case))
    client.force_login(case.organiser)
    url = reverse("inspections:visit-detail", args=[case.visit_pk])
    before = client.get(url).content.decode()
    signed(case)

    assert "还没有签字固定" in before
    assert "固定，当事人已签字" in client.get(url).content.decode()


def test_what_was_typed_stands_beside_the_refusal(client, case):
    client.force_login(begun(case).leader)
    url = reverse("inspections:field-note", args=[case.visit_pk])

    answer = client.post(url, {"text": TEXT, "place": "", "party": "", "seen": "0"})

    assert answer.status_code == 422
    assert "负责人全程陪同" in answer.content.decode()


def test_the_pdf_counts_its_pages(client, case):
    written(begun(case), "\n".join(f"第 {n} 段：现场情况记录。" for n in range(90)))
    signed(case)
    client.force_login(case.leader)

    answer = client.get(reverse("inspections:note-pdf", args=[case.visit_pk]))

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]
    assert len(pages) > 1
    joined = [text.replace(" ", "").replace("\u3000", "") for text in pages]
    assert f"第1页共{len(pages)}页" in joined[0]
    assert f"第{len(pages)}页共{len(pages)}页" in joined[-1]
    whole = "".join(joined).replace("\n", "")
    assert "现场检查笔录" in whole
    assert "见证人" in whole

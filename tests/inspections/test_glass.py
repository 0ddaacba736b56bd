"""屏幕签名: bound to exactly what was shown; a later change asks for a new one (A66)."""

import base64
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from bureau.errors import RuleError
from inspections.models import Evidence, GlassSignature
from inspections.rules.glass import Stroke, decoded, digest
from inspections.selectors import lacking, party_text
from inspections.services import evidence, finishing, party, sheets
from tests.inspections.field_case import begun, give_answer, photo

pytestmark = pytest.mark.django_db


def drawn(is_empty: bool = False, end=(620, 240)) -> bytes:
    picture = Image.new("RGB", (720, 300), "white")
    if not is_empty:
        ImageDraw.Draw(picture).line([(40, 200), (300, 60), end], "black", 6)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def answered(case):
    begun(case)
    give_answer(case, 1, "yes")
    give_answer(case, 2, "yes", number=Decimal("4.50"))
    give_answer(case, 3, "yes", photos=[photo("blue")])
    return case


def sign(case, **given):
    stroke = Stroke(
        given.pop("png", None) or drawn(),
        given.pop("text", None) or party_text.text(case.visit),
        given.pop("signer", "刘某，矿长"),
    )
    return party.sign(
        visit_pk=case.visit_pk,
        actor=case.leader,
        signed="signed",
        happened_at=timezone.now(),
        stroke=stroke,
        **given,
    )


@pytest.mark.rule("A66")
def test_the_signature_is_bound_to_the_digest_of_what_was_shown(answered):
    text = party_text.text(answered.visit)

    sign(answered)

    row = GlassSignature.objects.select_related("evidence__file").get()
    assert (row.text, row.sha256) == (text, digest(text))
    assert row.evidence.kind == Evidence.Kind.GLASS_SIGNATURE
    assert "台阶高度：符合，4.5 米" in text


def test_the_visit_ends_with_a_signature_on_glass_instead_of_paper(answered):
    sign(answered)

    assert lacking.missing(answered.visit) == []
    finishing.finish(visit_pk=answered.visit_pk, actor=answered.leader, happened_at=timezone.now())
    assert answered.visit.state == "finished"


@pytest.mark.rule("A66")
def test_an_answer_changed_afterwards_asks_for_a_new_signature(answered, morning):
    sign(answered)
    morning.shift(timedelta(minutes=2))
    give_answer(answered, 1, "no")

    before = lacking.missing(answered.visit)
    sign(answered, png=drawn(end=(600, 40)))

    assert before == ["当事人在屏幕上签名以后，检查记录又有改动，请当事人看过后重新签名。"]
    assert lacking.missing(answered.visit) == []


def test_the_same_stroke_sent_twice_is_one(answered):
    sign(answered)
    sign(answered)

    assert GlassSignature.objects.count() == 1


@pytest.mark.parametrize("png", [drawn(is_empty=True), b"no picture"])
def test_an_empty_frame_is_no_signature(answered, png):
    with pytest.raises(RuleError, match="还没有签名"):
        sign(answered, png=png)

    assert answered.visit.party_signed == ""


def test_a_signature_needs_the_signer_s_name(answered):
    with pytest.raises(RuleError, match="姓名和职务"):
        sign(answered, signer=" ")


def test_a_stroke_does_not_come_in_as_a_photo(answered):
    with pytest.raises(RuleError, match="种类"):
        evidence.add(
            visit_pk=answered.visit_pk,
            actor=answered.leader,
            uploads=[photo()],
            kind="glass_signature",
            happened_at=timezone.now(),
        )


def test_the_page_takes_what_the_canvas_sends(answered, client):
    client.force_login(answered.leader)
    url = reverse("inspections:field-signature", args=[answered.visit_pk])
    text = party_text.text(answered.visit)
    post = {
        "signed": "signed",
        "signer": "刘某，矿长",
        "glass": "data:image/png;base64," + base64.b64encode(drawn()).decode(),
        "glass_text": text.replace("\n", "\r\n"),
    }

    shown = client.get(url).content.decode()
    answer = client.post(url, post)

    assert "台阶高度：<b data-answer>符合，4.5 米</b>" in shown
    assert answer.status_code == 302
    assert GlassSignature.objects.get().text == text


def test_the_record_sheet_shows_the_stroke(answered, client):
    sign(answered)
    client.force_login(answered.leader)

    content = sheets.content(answered.visit)
    sheet = client.get(reverse("inspections:sheet-pdf", args=[answered.visit_pk]))

    assert content["glass_picture"].startswith("data:image/jpeg;base64,")
    assert b"/Image" in sheet.content


def test_what_is_no_png_address_is_nothing():
    assert decoded("data:text/html;base64,AAAA") is None
    assert decoded("data:image/png;base64,***") is None

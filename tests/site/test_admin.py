"""Django's admin: for superusers only, every page opens, and whatever changes leaves its event."""

from datetime import date

import pytest
import time_machine
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bureau.models import Agency, AuditEvent, CalendarDay, Checkpoint, Region, RuleSetting, User
from registry.models import Matter, SpecialPool
from tests.people import make_user
from tests.registry.registers import listed, matter, signed_in

pytestmark = pytest.mark.django_db
CSV = "1"  # place in AuditedImportAdmin.formats


@pytest.fixture
def operator(bureau) -> User:
    user = make_user("operator", "测运维", bureau, "system_admin")
    user.is_staff = user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def client(operator):
    return signed_in(operator)


@pytest.fixture
def rows(bureau, division, organiser) -> dict[str, int]:
    """One row of each model whose page is ours."""
    listing = listed(organiser, bureau, 1)
    pool = SpecialPool.objects.create(
        authority=bureau, code="CK", name="采矿权人库", object_kind="矿山", criterion="持证", unit=division,
    )  # fmt: skip
    setting = RuleSetting.objects.create(
        authority=bureau, year=2026, key="yearly_limit", value=3, citation="测试文件"
    )
    made = {
        "bureau.region": bureau.region,
        "bureau.agency": bureau,
        "bureau.calendarday": CalendarDay.objects.create(
            day=date(2026, 10, 8), is_workday=False, citation="通知"
        ),
        "bureau.user": organiser,
        "bureau.rulesetting": setting,
        "bureau.auditevent": AuditEvent.objects.first(),
        "bureau.checkpoint": Checkpoint.objects.create(
            number=1, first=1, last=1, sha256="0" * 64, sm3="0" * 64
        ),
        "registry.matter": matter(bureau, responsible_unit=division),
        "registry.specialpool": pool,
        "registry.entity": listing.entity,
    }
    return {label: row.pk for label, row in made.items()}


def address(label: str, page: str, *args: object) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


def test_only_ours_is_registered():
    labels = {model._meta.app_label for model in admin.site._registry}

    assert labels <= {"bureau", "registry", "planning", "inspections", "publication"}
    assert {"bureau.region", "registry.matter"} <= {
        m._meta.label_lower for m in admin.site._registry
    }


def test_every_page_opens_for_the_superuser(client, rows):
    lists = [client.get(address(m._meta.label_lower, "changelist")) for m in admin.site._registry]
    details = [client.get(address(label, "change", pk)) for label, pk in rows.items()]
    imports = [
        client.get(address(label, page))
        for label in (
            "bureau.region",
            "bureau.calendarday",
            "registry.matter",
            "registry.specialpool",
        )
        for page in ("import", "export")
    ]
    adds = [
        client.get(address(label, "add"))
        for label in (
            "bureau.region",
            "bureau.agency",
            "bureau.calendarday",
            "registry.specialpool",
        )
    ]
    pages = [client.get(reverse("admin:index")), *lists, *details, *imports, *adds]

    assert {page.status_code for page in pages} == {200}
    # the CSP would refuse these
    assert not [
        p for p in pages if " style=" in p.content.decode() or "<style" in p.content.decode()
    ]


def test_others_are_refused_and_strangers_sign_in_at_the_desk(rows, system_admin, organiser):
    staff = organiser
    staff.is_staff = True
    staff.save()
    from django.test import Client

    stranger = Client().get("/admin/", follow=True)

    assert stranger.redirect_chain[-1][0].startswith(reverse("bureau:login"))
    for person in (staff, system_admin):
        page = signed_in(person).get(address("bureau.region", "changelist"), follow=True)
        assert page.status_code == 403
        assert "平台运维" in page.content.decode()


def test_what_is_kept_at_the_desk_cannot_be_changed_here(client, rows):
    readonly = ("bureau.user", "bureau.rulesetting", "bureau.auditevent", "bureau.checkpoint", "registry.entity")  # fmt: skip

    posts = [client.post(address(label, "change", rows[label]), {}) for label in readonly]
    adds = [client.get(address(label, "add")) for label in (*readonly, "registry.matter")]
    deletes = [client.get(address(label, "delete", pk)) for label, pk in rows.items() if label != "bureau.calendarday"]  # fmt: skip

    assert {answer.status_code for answer in (*posts, *adds, *deletes)} == {403}


def test_a_change_leaves_an_event_with_before_and_after(client, operator, bureau):
    region = bureau.region

    client.post(address("bureau.region", "change", region.pk), {"name": "示范新县", "parent": ""})

    event = AuditEvent.objects.get(action="region.changed")
    region.refresh_from_db()
    assert region.name == "示范新县"
    assert event.detail == {"changes": {"name": ["示范县", "示范新县"]}}
    assert (event.actor, event.actor_role, event.authority) == (operator, "平台运维", bureau)


def test_a_new_station_belongs_to_its_bureau(client, bureau):
    post = {"code": "SFX-NEW", "name": "新国土所", "short_name": "新所", "kind": "station", "parent": bureau.pk, "is_active": "on"}  # fmt: skip

    lost = client.post(address("bureau.agency", "add"), post | {"parent": ""})
    client.post(address("bureau.agency", "add"), post)

    station = Agency.objects.get(code="SFX-NEW")
    assert "要选择它所属的局" in lost.content.decode()
    assert station.authority == bureau
    assert AuditEvent.objects.get(action="agency.created").authority == bureau


def test_a_matters_state_stays_whatever_is_posted(client, rows, division):
    url = address("registry.matter", "change", rows["registry.matter"])
    post = {"superior_code": "SC-1", "responsible_unit": division.pk, "state": "in_force", "legal_basis": "", "preset_disposals": '{"N01": "case"}'}  # fmt: skip

    wrong = client.post(url, post | {"preset_disposals": '{"N99": "case"}'})
    client.post(url, post)

    row = Matter.objects.get(pk=rows["registry.matter"])
    assert "没有这样的结果或处置代码：N99→case" in wrong.content.decode()
    assert (row.superior_code, row.state, row.preset_disposals) == (
        "SC-1",
        "draft",
        {"N01": "case"},
    )
    assert row.legal_basis != ""
    assert AuditEvent.objects.filter(action="matter.changed").count() == 1


@time_machine.travel("2026-03-02 10:00+08:00")
def test_only_a_day_still_to_come_can_be_deleted(client):
    past = CalendarDay.objects.create(day=date(2026, 2, 20), is_workday=False, citation="通知")
    ahead = CalendarDay.objects.create(day=date(2026, 10, 8), is_workday=False, citation="通知")

    refused = client.post(address("bureau.calendarday", "delete", past.pk), {"post": "yes"})
    client.post(address("bureau.calendarday", "delete", ahead.pk), {"post": "yes"})

    assert refused.status_code == 403
    assert list(CalendarDay.objects.all()) == [past]
    assert AuditEvent.objects.get(action="calendar_day.deleted").detail["row"] == "2026-10-08 放假"


def import_csv(client, label: str, text: str):
    """Upload, preview, confirm: the answer to the last step, or to the first when it found errors."""
    file = SimpleUploadedFile("rows.csv", text.encode(), "text/csv")
    preview = client.post(
        address(label, "import"), {"import_file": file, "format": CSV, "resource": "0"}
    )
    assert " style=" not in preview.content.decode()  # the CSP would refuse it
    form = preview.context.get("confirm_form")
    return client.post(address(label, "process_import"), form.initial) if form else preview


def test_an_import_leaves_one_event_with_its_batch(client, bureau):
    text = "行政区划代码,名称,上级区划代码\n990123,示范乙县,990122\n990122,示范县（改）,\n"

    answer = import_csv(client, "bureau.region", text)

    event = AuditEvent.objects.get(action="region.imported")
    assert answer.status_code == 302
    assert Region.objects.get(code="990123").parent.code == "990122"
    assert (event.detail["new"], event.detail["update"]) == (1, 1)
    assert [kind for kind, _ in event.detail["batch"]] == ["new", "update"]


def test_an_import_with_a_wrong_row_writes_nothing(client, bureau):
    text = "单位代码,编码,专项库名称,对象类型,分类指标,对应专业监管要求,维护科室代码\nSFX,A,甲库,矿山,持证,,SFX\nSFX,B,乙库,矿山,持证,,没有\n"

    answer = import_csv(client, "registry.specialpool", text)

    assert answer.status_code == 200
    assert not SpecialPool.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="special_pool").exists()


def test_a_new_matter_does_not_come_in_past_its_versions(client, bureau):
    answer = import_csv(
        client,
        "registry.matter",
        "单位代码,事项编码,上级清单编码,责任科室代码\nSFX,XX-1,SC-1,SFX\n",
    )

    assert "新事项请在工作台登记或导入" in answer.content.decode()
    assert not Matter.objects.exists()


def test_an_export_carries_no_formula(client, bureau):
    Region.objects.create(code="990199", name='=HYPERLINK("http://x")')

    answer = client.post(address("bureau.region", "export"), {"format": CSV, "resource": "0"})

    assert answer.status_code == 200
    assert "=HYPERLINK" not in answer.content.decode()
    assert "HYPERLINK" in answer.content.decode()

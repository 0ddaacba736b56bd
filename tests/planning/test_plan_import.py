"""A plan table from Excel becomes the draft of its year; a bureau that starts mid-year brings its plan so (A27, A112)."""

import json
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from bureau.errors import Conflict, Forbidden
from bureau.models import AuditEvent
from planning.models import Plan, PlanItem
from planning.rules import imported
from planning.selectors import plans as selectors
from planning.services import plans
from registry.models import ImportBatch
from registry.rules.ratios import parse_frequency, parse_ratio
from registry.services import imports
from tests.people import make_authority
from tests.planning.build import make_listing, make_matter, make_pool
from tests.registry.rosters import codes, counts, on_disk, workbook

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 6)
COUNTY = [
    *("序号", "任务名称", "抽查事项", "抽查类型", "抽查对象", "抽查范围", "抽查基数"),
    *(
        "抽查比例及频次",
        "预估抽查对象数",
        "检查方式",
        "检查时间",
        "牵头股室",
        "联合检查单位",
        "备注",
    ),
]
BARE = ["抽查事项", "抽查比例", "起止时间"]


@pytest.fixture(autouse=True)
def mid_year():
    with time_machine.travel("2026-07-06 10:00+08:00", tick=False):
        yield


@pytest.fixture
def matters(bureau, division):
    return [
        make_matter(bureau, "KC-01", name="采矿权人履行义务情况的检查", responsible_unit=division),
        make_matter(bureau, "KC-02", name="矿山地质环境保护、治理恢复情况的检查"),
        make_matter(bureau, "CH-01", name="测绘资质单位的检查"),
    ]


@pytest.fixture
def partner(db):
    return make_authority("YJ", "示范县应急管理局", kind="partner")


def mines(**changes):
    values = {
        "no": 1,
        "name": "采矿权人随机抽查",
        "matters": "KC-01；矿山地质环境保护、治理恢复情况的检查",
        "kind": "定向抽查",
        "object": "采矿权人",
        "scope": "全县",
        "base": 51,
        "ratio": "不少于5%，每年一次",
        "estimate": None,
        "methods": "实地核查、书面检查",
        "window": "2026年3月-11月",
        "lead": "矿产资源管理科",
        "participants": "示范县应急管理局",
        "note": "迎接期中检查",
    }
    return list((values | changes).values())


def surveyors(**changes):
    return mines(
        **{
            "no": 2,
            "name": "测绘资质单位抽查",
            "matters": "测绘资质单位的检查",
            "object": "丙级以下测绘资质单位",
            "scope": None,
            "base": None,
            "ratio": "10%(2户)",
            "window": "下半年",
            "lead": None,
            "participants": None,
            "note": None,
        }
        | changes
    )


def sheet(*rows, headings=COUNTY, title="示范县自然资源和规划局2026年度抽查工作计划表"):
    return workbook([list(row) for row in rows], headings, title=title)


def stage(book, authority, by=None):
    return imports.stage(staged_nothing(book, authority, by), today=TODAY)


def staged_nothing(book, authority, by):
    book.seek(0)
    return imports.store(kind="plans", upload=book, name="计划.xlsx", authority=authority, by=by)


def write(book, authority, by):
    batch = stage(book, authority, by)
    return imports.commit(batch=batch, skip_errors=False, actor=by, today=TODAY)


@pytest.mark.rule("A112")
@pytest.mark.rule("A27")
def test_a_mid_year_table_becomes_the_draft_of_the_year(
    bureau, division, matters, partner, organiser
):
    make_pool(bureau, 20)

    batch = write(sheet(mines(), surveyors()), bureau, organiser)

    plan = Plan.objects.get()
    assert (plan.authority, plan.year, plan.state, plan.created_by) == (
        bureau,
        2026,
        "draft",
        organiser,
    )
    first, second = plan.items.all()
    assert (first.number, first.name, first.is_targeted) == (1, "采矿权人随机抽查", True)
    assert {m.code for m in first.matters.all()} == {"KC-01", "KC-02"}
    assert (first.ratio_mode, first.ratio_value, first.ratio_text) == (
        "min",
        Decimal(5),
        "不少于 5%",
    )
    assert (first.base_count, first.estimate, first.frequency) == (51, 3, "1次/年")
    assert (first.period_from, first.period_to) == (date(2026, 3, 1), date(2026, 11, 30))
    assert (first.scope_text, first.scope) == ("采矿权人；全县", {"kinds": ["mine"]})
    assert (first.lead, first.is_joint, first.methods) == (division, True, ["document", "on_site"])
    assert [a.name for a in first.participants.all()] == ["示范县应急管理局"]
    assert first.remark == "迎接期中检查"
    assert (second.estimate, second.base_count, second.lead) == (2, 20, bureau)
    assert (second.scope_text, second.scope) == ("丙级以下测绘资质单位", {})
    assert second.period_from == date(2026, 7, 1)
    assert "没有对应到抽取条件，基数按全库计算" in "".join(batch.rows.get(row=4).notices)
    assert "没有填牵头科室" in "".join(batch.rows.get(row=4).notices)
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == [
        "plan.created",
        "plan.item_added",
        "plan.item_added",
        "import.committed",
    ]
    assert f"planning.plan:{plan.pk}" in AuditEvent.objects.get(action="import.committed").about


def test_the_same_file_twice_is_unchanged(bureau, matters, partner, organiser):
    book = sheet(mines(), surveyors())
    write(book, bureau, organiser)

    again = stage(book, bureau, organiser)

    assert counts(again) == (0, 0, 2, 0)
    assert "同一个文件已写入过一次（“计划.xlsx”）" in again.notices
    assert any("的草稿" in notice for notice in again.notices)


def test_a_changed_row_changes_only_what_it_says(bureau, matters, partner, organiser):
    make_listing(bureau, 1, kind="mine")
    write(sheet(mines(), surveyors()), bureau, organiser)
    narrow = PlanItem.objects.get(number=2)
    PlanItem.objects.filter(pk=narrow.pk).update(
        scope={"tags": ["丙级"]}, initiation="本级发起", base_count=9
    )

    batch = stage(
        sheet(mines(ratio="20%", note=None), surveyors(window="9月-12月")), bureau, organiser
    )
    assert counts(batch) == (0, 2, 0, 0)
    assert batch.rows.get(row=3).differences == {
        "ratio": ["不少于 5%", "20%"],
        "estimate": [3, 11],
    }
    imports.commit(batch=batch, skip_errors=False, actor=organiser, today=TODAY)

    first, second = PlanItem.objects.order_by("number")
    assert (first.ratio_text, first.estimate, first.remark) == ("20%", 11, "迎接期中检查")
    assert (first.frequency, first.base_count) == ("1次/年", 51)
    assert (second.scope, second.initiation, second.base_count) == (
        {"tags": ["丙级"]},
        "本级发起",
        9,
    )
    assert second.period_from == date(2026, 9, 1)
    assert AuditEvent.objects.filter(action="plan.item_changed").count() == 2


def test_a_table_of_matters_alone_is_named_by_them(bureau, matters, organiser):
    rows = [["测绘资质单位的检查", "每三年至少覆盖一次", "全年"], ["KC-01", "20户", "4月"]]

    write(sheet(*rows, headings=BARE), bureau, organiser)

    survey, mine = PlanItem.objects.order_by("number")
    assert survey.name == "测绘资质单位的检查"
    assert (survey.ratio_mode, survey.ratio_value) == ("min", Decimal("33.334"))
    assert (mine.name, mine.ratio_text) == ("KC-01", "20 户")
    assert mine.lead.name == "矿产资源管理科"


def test_errors_name_row_column_value_and_remedy(bureau, division, matters, partner, organiser):
    make_matter(bureau, "KC-09", name="已停用的事项", state="ended")

    batch = stage(
        sheet(
            mines(matters="KC-01；无此事项；测绘资质单位检查"),
            mines(name="甲", matters="KC-09"),
            mines(name="乙", ratio="适当抽查"),
            mines(name="丙", window="2027年1月-3月"),
            mines(name="丁", lead="不存在的科"),
            mines(name="戊", participants="示范县应急管理局、县文旅局"),
            mines(name="己", window="局统一安排"),
            mines(name="采矿权人随机抽查"),
        ),
        bureau,
        organiser,
    )

    assert codes(batch) == [
        (3, "unknown_matter"),
        (4, "matter_idle"),
        (5, "ratio"),
        (6, "other_year"),
        (7, "unknown_name"),
        (8, "unknown_name"),
        (9, "window"),
        (10, "duplicate"),
    ]
    [unknown] = batch.rows.get(row=3).problems
    assert unknown["column"] == "抽查事项"
    assert unknown["message"] == "事项清单里没有“无此事项”、“测绘资质单位检查”"
    assert unknown["remedy"].endswith("清单里相近的有“测绘资质单位的检查”")
    assert "不在 2026 年内" in batch.rows.get(row=6).problems[0]["message"]
    assert "县文旅局" in batch.rows.get(row=8).problems[0]["message"]
    assert "任务名称在一个计划里不能重复" in batch.rows.get(row=10).problems[0]["remedy"]
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("state", "way"), [("published", "“调整”"), ("submitted", "退回"), ("approved", "先公布")]
)
def test_a_plan_that_is_no_draft_refuses_the_file(bureau, matters, organiser, state, way):
    Plan.objects.create(authority=bureau, year=2026, title="2026 计划", state=state)

    batch = stage(sheet(mines()), bureau, organiser)

    assert batch.state == "refused"
    assert "2026 年度计划现在是" in batch.refusal
    assert way in batch.refusal


def test_a_plan_submitted_after_the_preview_is_not_written(bureau, matters, partner, organiser):
    write(sheet(mines()), bureau, organiser)
    batch = stage(sheet(mines(), surveyors()), bureau, organiser)
    plans.submit(plan=Plan.objects.get(), note="测绘另列", actor=organiser)

    with pytest.raises(Conflict, match="待审批"):
        imports.commit(batch=batch, skip_errors=False, actor=organiser, today=TODAY)

    assert PlanItem.objects.count() == 1


def test_an_item_typed_in_after_the_preview_asks_for_a_new_look(
    bureau, matters, partner, organiser
):
    book = sheet(mines())
    batch = stage(book, bureau, organiser)
    write(book, bureau, organiser)

    with pytest.raises(Conflict, match="核对之后年度计划有变动"):
        imports.commit(batch=batch, skip_errors=False, actor=organiser, today=TODAY)


def test_nothing_is_written_when_one_row_is_refused_at_the_last_moment(
    bureau, matters, partner, organiser
):
    batch = stage(sheet(mines(), surveyors()), bureau, organiser)
    matters[2].state = "ended"
    matters[2].save(update_fields=["state"])

    with pytest.raises(imports.Refused.__base__, match="第 4 行没有写入，整批未写"):
        imports.commit(batch=batch, skip_errors=False, actor=organiser, today=TODAY)

    assert not Plan.objects.exists()


def test_the_year_is_what_the_table_says(bureau, matters, partner, organiser):
    later = sheet(mines(window="3月-11月"), title="示范县2027年度抽查计划（2026年12月编）")
    silent = sheet(mines(window="3月-11月"), title="抽查计划表")
    Plan.objects.create(authority=bureau, year=2026, title="2026", state="published")

    batch = write(later, bureau, organiser)

    assert Plan.objects.get(year=2027).items.get().period_from == date(2027, 3, 1)
    assert any("按 2027 年度读取" in notice for notice in batch.notices)
    # This year's plan is settled and next year's is a draft: bare months can only mean that one.
    assert counts(stage(silent, bureau, organiser)) == (0, 0, 1, 0)


def test_only_the_organiser_brings_a_plan(bureau, matters, division_admin):
    with pytest.raises(Forbidden, match="任务经办"):
        imports.receive(
            kind="plans",
            upload=sheet(mines()),
            name="x.xlsx",
            authority=bureau,
            actor=division_admin,
        )


@pytest.mark.rule("A112")
def test_the_command_keeps_its_contract(bureau, matters, partner, tmp_path, capsys):
    good = on_disk(sheet(mines(), surveyors()), tmp_path, "好.xlsx")
    bad = on_disk(sheet(mines(ratio="适当抽查")), tmp_path, "错.xlsx")

    def run(path, *options):
        try:
            call_command("import_roster", "plans", str(path), "--agency", "SFX", *options)
            code = 0
        except SystemExit as ended:
            code = ended.code
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    code, answer = run(good)
    assert (code, answer["total"], answer["new"], answer["errors"]) == (0, 2, 2, [])
    assert not Plan.objects.exists()
    assert not ImportBatch.objects.exists()

    assert run(good, "--commit", "--json")[0] == 0
    assert Plan.objects.get().created_by is None
    code, answer = run(good, "--commit")
    assert (code, answer["new"], answer["unchanged"]) == (0, 0, 2)

    code, answer = run(bad, "--commit")
    assert code == 2
    assert answer["errors"][0] == {
        "sheet": "名录",
        "row": 3,
        "column": "抽查比例及频次",
        "value": "适当抽查",
        "message": "第 3 行「抽查比例及频次」“适当抽查”读不出比例或频次；可写：5%、20户、100%、不少于5%、不超过20%、每三年至少覆盖一次",
    }

    Plan.objects.update(state="published")
    code, answer = run(good)
    assert code == 3
    assert "“调整”" in answer["refused"]


def test_the_page_takes_a_plan_from_upload_to_the_plan(
    client, bureau, matters, partner, organiser, django_capture_on_commit_callbacks
):
    client.force_login(organiser)
    plan = plans.create(authority=bureau, year=2026, title="2026 计划", actor=organiser)
    page = client.get(reverse("planning:plan-detail", args=[plan.pk])).content.decode()
    upload = f"{reverse('registry:import-upload')}?kind=plans"
    assert upload in page
    assert 'value="plans" selected' in client.get(upload).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            upload,
            {"kind": "plans", "file": SimpleUploadedFile("计划.xlsx", sheet(mines()).getvalue())},
        )
    batch = ImportBatch.objects.get()
    preview = client.get(answer.url).content.decode()
    assert "写入 1 条（新增 1、变更 0）" in preview
    confirm = client.get(reverse("registry:import-commit", args=[batch.pk])).content.decode()
    assert "年度计划将新增 1 条" in confirm
    assert "仍须提交审批、公布" in confirm
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("registry:import-commit", args=[batch.pk]))

    written = client.get(answer.url).content.decode()
    assert reverse("planning:plan-detail", args=[plan.pk]) in written
    assert "打开2026 计划" in written
    shown = client.get(reverse("planning:plan-detail", args=[plan.pk])).content.decode()
    assert "采矿权人；全县" in shown


def test_differences_read_as_people_say_them(client, bureau, matters, partner, organiser):
    client.force_login(organiser)
    write(sheet(mines()), bureau, organiser)

    batch = stage(sheet(mines(matters="CH-01", lead="本级", participants=None)), bureau, organiser)
    page = client.get(reverse("registry:import-detail", args=[batch.pk])).content.decode()

    assert "<ins>测绘资质单位的检查</ins>" in page
    assert "<del>矿产资源管理科</del>" in page
    assert "KC-01" not in page


def test_own_words_of_the_range_survive_the_form(client, bureau, matters, partner, organiser):
    client.force_login(organiser)
    write(sheet(mines()), bureau, organiser)
    item = PlanItem.objects.get()
    address = reverse("planning:plan-item-change", args=[item.plan_id, item.pk])

    page = client.get(address)

    assert page.context["form"].initial["scope_words"] == "采矿权人；全县"
    values = selectors.values_of(item)
    assert values.scope_words == "采矿权人；全县"


@pytest.mark.parametrize(
    ("text", "mode", "value"),
    [
        ("5%", "percent", "5"),
        ("100%", "all", None),
        ("不超过名录库的20%", "max", "20"),
        ("不少于2户", "count", "2"),
        ("每两年覆盖一次", "min", "50"),
        ("每年全覆盖", "all", None),
        ("3.33333%", "percent", "3.334"),
        ("全部检查，只定批次顺序", "order", None),
    ],
)
def test_ratios_of_plans_become_modes_of_items(text, mode, value):
    said = imported.item_ratio(parse_ratio(text).value)

    assert (said.mode, said.value) == (mode, None if value is None else Decimal(value))


@pytest.mark.parametrize("text", ["1次/年", "每年不少于2次", "每三年至少覆盖一次", "不超过2次/年"])
def test_a_frequency_is_written_so_that_it_reads_the_same(text):
    said = parse_frequency(text).value

    again = parse_frequency(imported.frequency_text(said)).value

    assert (again.mode, again.times, again.years) == (said.mode, said.times, said.years)


WORDS = {"kinds": {"企业": "enterprise", "采矿权人": "mine"}, "units": {"北山国土所": "SFX-BS"}}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("全县", {}),
        ("采矿权人；全县", {"kinds": ["mine"]}),
        (
            "企业、采矿权人；责任单位：北山国土所",
            {"kinds": ["enterprise", "mine"], "units": ["SFX-BS"]},
        ),
        ("标签：露天、建材", {"tags": ["建材", "露天"]}),
        ("持有有效采矿证的采矿权人", None),
        ("采矿权人、餐饮单位", None),
    ],
)
def test_only_words_beyond_doubt_become_conditions(text, found):
    assert imported.conditions(text, WORDS) == found

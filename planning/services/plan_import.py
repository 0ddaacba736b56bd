"""年度计划 from Excel into the draft of its year; a bureau that starts mid-year brings its plan in this way (A27, A112)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from bureau.errors import Conflict, RuleError
from bureau.models import Agency, Role, User
from bureau.selectors import rule_settings
from planning import sql
from planning.models import Plan, PlanItem
from planning.rules import imported
from planning.rules.items import ItemValues
from planning.selectors import plans as selectors
from planning.services import plans
from planning.services.plan_rows import Context, Row
from registry.models import Entity, ImportBatch, ImportRow, Listing, Matter
from registry.rules.cells import choice_key
from registry.rules.kinds import Scale
from registry.rules.names import search_key
from registry.rules.rows import RowReading
from registry.services.imports import names
from registry.services.imports.kinds import Checked, Importer, committer
from registry.services.imports.reading import Refused, Roster, as_shown
from registry.services.imports.writing import staged

# Columns that people write into plans and that the list of matters keeps.
_KEPT_ELSEWHERE = {"content": "抽查内容", "category": "事项类别", "field": "抽查领域"}
# What else people call a kind of entity, where it means that kind and nothing narrower.
_KIND_WORDS = {
    "矿山": "mine",
    "采矿权人": "mine",
    "矿业权人": "mine",
    "个体户": "trader",
    "合作社": "cooperative",
    "地块": "plot",
    "小班": "plot",
}


@committer("plans")
class Plans(Importer):
    counter = "条"
    place = "年度计划"
    roles: tuple[str, ...] = (Role.ORGANISER,)
    duplicate_remedy = (
        "任务名称在一个计划里不能重复：删去多余的行，或加一列“任务名称”写成不同的名称"
    )
    points = ("写入的是计划草稿；核对条目后仍须提交审批、公布。",)

    def year(self, roster: Roster, authority: Agency, name: str, today: date) -> int:
        """As the periods say, else the title or the file's name.

        When nothing says it: this year, or next year when only that plan is still a draft.
        """
        place = roster.match.places.get("window", -1)
        cells = [row.cells[place] for row in roster.rows if 0 <= place < len(row.cells)]
        said = imported.year_of(map(as_shown, cells), [roster.title, roster.sheet, name])
        if said is not None:
            return said
        states = dict(
            Plan.objects.filter(
                authority=authority, year__in=[today.year, today.year + 1]
            ).values_list("year", "state")
        )
        is_settled = states.get(today.year, Plan.State.DRAFT) != Plan.State.DRAFT
        is_next = states.get(today.year + 1) == Plan.State.DRAFT
        return today.year + 1 if is_settled and is_next else today.year

    def context(self, authority: Agency, today: date, year: int) -> Context:
        """Raises Refused when the plan of the year is no draft any more."""
        plan = Plan.objects.filter(authority=authority, year=year).first()
        if plan is not None and plan.state != Plan.State.DRAFT:
            raise Refused(_settled(plan))
        matters = {m.pk: m for m in Matter.objects.filter(authority=authority).order_by("code")}
        participants = names.participants(authority)
        agencies = Agency.objects.filter(code__in={authority.code, *participants.codes.values()})
        settings = rule_settings.all_for(authority, year)
        return Context(
            authority=authority,
            year=year,
            plan=plan,
            items=_by_name(plan),
            matters=matters,
            known=_known(matters.values()),
            units=names.units(authority),
            participants=participants,
            agencies={agency.code: agency for agency in agencies},
            words=_words(authority),
            at_least_one=bool(settings["at_most_at_least_one"].value),
        )

    def check(self, reading: RowReading, headings: dict[str, str], context: Context) -> Checked:
        return Row(reading, headings, context).check()

    def matched_sql(self) -> str:
        return sql.MATCHED_PLAN_ITEMS

    def notices(self, roster: Roster, context: Context) -> Sequence[str]:
        """Which plan the file goes to, and which of its columns the list of matters keeps."""
        plan = context.plan
        goes = f"写入“{plan.title}”的草稿" if plan else "这一年还没有计划，写入时建立草稿"
        kept = [label for key, label in _KEPT_ELSEWHERE.items() if key in roster.match.places]
        said = [f"{'、'.join(kept)}以事项清单为准，本表中的不写入"] if kept else []
        return [f"按 {context.year} 年度读取：{goes}", *said]

    def lock(self, batch: ImportBatch) -> None:
        """The plan stands for its items: who changes one holds it. Raises Conflict when it was submitted meanwhile."""
        years = batch.rows.filter(cleaned__has_key="year").values_list("cleaned__year", flat=True)
        mine = Plan.objects.select_for_update().filter(
            authority=batch.authority, year__in=set(years)
        )
        for plan in mine:
            if plan.state != Plan.State.DRAFT:
                raise Conflict(_settled(plan))

    def write(self, batch: ImportBatch, *, actor: User | None, today: date) -> Sequence[Any]:
        """Items through `planning.services.plans`, so that they are checked and recorded as those typed in."""
        rows = list(staged(batch))
        plan = _plan_for(batch.authority, rows[0].cleaned["year"], actor)
        for row in rows:
            try:
                _write_row(plan, row, actor)
            except Conflict:
                raise
            except RuleError as refusal:
                raise RuleError(
                    f"第 {row.row} 行没有写入，整批未写：{refusal.message}"
                ) from refusal
        return [plan]

    def outcome(self, batch: ImportBatch) -> tuple[str, str] | None:
        if batch.state != ImportBatch.State.COMMITTED:
            return None
        row = batch.rows.filter(cleaned__has_key="year").first()
        plan = (
            row
            and Plan.objects.filter(
                authority_id=batch.authority_id, year=row.cleaned["year"]
            ).first()
        )
        if not plan:
            return None
        return reverse("planning:plan-detail", args=[plan.pk]), f"打开{plan.title}"


def _write_row(plan: Plan, row: ImportRow, actor: User | None) -> None:
    given: dict[str, Any] = row.cleaned["values"]
    if row.verdict == ImportRow.Verdict.NEW:
        plans.add_item(plan=plan, values=ItemValues.from_json(_NOTHING | given), actor=actor)
        return
    item = PlanItem.objects.select_related("plan").get(pk=row.cleaned["target"], plan=plan)
    changed = set(row.differences)
    if "scope" not in changed:
        # The same words: conditions that somebody chose for them stay.
        given = {name: value for name, value in given.items() if name != "scope"}
    values = selectors.values_of(item).as_json() | given
    if changed & {"scope", "ratio", "pool_size"}:
        # What was counted for the old range or ratio is counted again, unless the table says it.
        values["estimate"] = given.get("estimate")
    if "scope" in changed:
        values["base_count"] = given.get("base_count")
    plans.change_item(item=item, values=ItemValues.from_json(values), actor=actor)


# A new item's values before the row has its say; the dataclass knows the other defaults.
_NOTHING: dict[str, Any] = {"ratio_value": None}


def _plan_for(authority: Agency, year: int, actor: User | None) -> Plan:
    plan: Plan | None = Plan.objects.filter(authority=authority, year=year).first()
    return plan or plans.create(
        authority=authority, year=year, title=plans.title_of(authority, year), actor=actor
    )


def _settled(plan: Plan) -> str:
    """Why the file cannot go into this plan, and what to do instead."""
    state = plan.get_state_display()
    way = (
        "请在计划页用“调整”增加、修改条目"
        if plan.state == Plan.State.PUBLISHED
        else "已批准的请先公布，再用“调整”增加、修改条目"
        if plan.state == Plan.State.APPROVED
        else "请审批人退回后再导入"
    )
    return (
        f"{plan.year} 年度计划现在是“{state}”，不能再从 Excel 导入条目。{way}；"
        f"文件是别的年度的，请在起止时间里写明年份，如 {plan.year + 1}年3月-11月。"
    )


def _by_name(plan: Plan | None) -> dict[str, list[PlanItem]]:
    found: dict[str, list[PlanItem]] = {}
    for item in plan.items.all() if plan else ():
        found.setdefault(search_key(item.name), []).append(item)
    return found


def _known(matters: Any) -> dict[str, int]:
    """Code and comparable name → matter; of matters of one name the one in force is meant."""
    known: dict[str, int] = {}
    for matter in sorted(matters, key=lambda m: m.state == Matter.State.IN_FORCE):
        known[search_key(matter.name)] = matter.pk
    return known | {matter.code: matter.pk for matter in matters}


def _words(authority: Agency) -> dict[str, dict[str, str]]:
    kinds = {choice_key(str(label)): str(value) for value, label in Entity.Kind.choices}
    return {
        "kinds": kinds | {choice_key(word): kind for word, kind in _KIND_WORDS.items()},
        "classes": {choice_key(str(label)): str(v) for v, label in Listing.CreditClass.choices},
        "scales": {choice_key(label): value for value, label in Scale.choices()},
        "pools": names.special_pools(authority).codes,
        "units": names.units(authority).codes,
        "regions": names.regions(authority).codes,
    }

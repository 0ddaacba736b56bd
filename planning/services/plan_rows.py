"""One row of a bureau's plan table against its matters, units, pools and the draft of the year (A27, A112)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bureau.models import Agency
from planning.models import Plan, PlanItem
from planning.rules import imported
from planning.rules.imported import ItemRatio
from planning.rules.quotas import plain, quota, quota_text
from registry.models import Matter
from registry.rules.names import search_key
from registry.rules.ratios import parse_frequency
from registry.rules.rows import RowReading
from registry.services.imports import names
from registry.services.imports.checking import problem_at
from registry.services.imports.kinds import Checked

_COUNTED = {"基数": "base_count", "预估": "estimate"}
NAME_LENGTH, SCOPE_LENGTH, START_LENGTH, NOTE_LENGTH = 150, 300, 40, 300


@dataclass(frozen=True)
class Context:
    """Loaded once per file. `known`: code and comparable name of a matter → its key; `items` by comparable name."""

    authority: Agency
    year: int
    plan: Plan | None
    items: Mapping[str, list[PlanItem]]
    matters: Mapping[int, Matter]
    known: Mapping[str, int]
    units: names.Names
    participants: names.Names
    agencies: Mapping[str, Agency]
    words: Mapping[str, Mapping[str, str]]
    at_least_one: bool


@dataclass
class Row:
    """Collects what the row says: `fields` as the table shows it, `values` as `ItemValues.from_json` takes it."""

    reading: RowReading
    headings: dict[str, str]
    context: Context
    checked: Checked = field(default_factory=Checked)
    values: dict[str, Any] = field(default_factory=dict)
    item: PlanItem | None = None

    def check(self) -> Checked:
        matters = self._matters()
        self._name(matters)
        ratio = self._ratio()
        self._counts(ratio)
        self._window()
        self._scope()
        self._lead(matters)
        self._participants()
        self._texts()
        self.checked.extra |= {"year": self.context.year, "values": self.values}
        return self.checked

    def _matters(self) -> list[Matter]:
        """By code or name; a table without matters names them by its items. Only matters in force can be planned (A01)."""
        said = self._said("matters")
        text = said or self._said("name")
        found, unknown = imported.named(text, self.context.known)
        key, label = ("matters", "抽查事项") if said else ("name", "任务名称")
        if unknown and not (self._existing() and not said):
            listed = "、".join(f"“{word[:40]}”" for word in unknown[:10])
            self._problem(
                key,
                label,
                text,
                f"事项清单里没有{listed}{'等' if len(unknown) > 10 else ''}",
                self._matters_to_choose(unknown) if said else "加一列“抽查事项”，填事项编码或名称",
                "unknown_matter",
            )
        matters = [self.context.matters[pk] for pk in found]
        idle = [m for m in matters if m.state != Matter.State.IN_FORCE]
        if idle:
            shown = "、".join(f"“{m.name}”（{m.get_state_display()}）" for m in idle)
            self._problem(
                key,
                label,
                text,
                f"{shown}不是执行中的事项，不能列入计划",
                "先在抽查事项页列入执行清单，或改为执行中的事项",
                "matter_idle",
            )
        if matters and (said or not self._existing()):
            self.checked.fields["matters"] = sorted(m.code for m in matters)
            self.values["matters"] = sorted(m.pk for m in matters)
        return matters

    def _name(self, matters: list[Matter]) -> None:
        name = self._title()
        if not name:
            self._problem(
                "name", "任务名称", "", "任务名称和抽查事项都没有填", "至少填一个", "empty"
            )
            return
        if len(name) > NAME_LENGTH:
            if self._said("name"):
                self._too_long("name", "任务名称", name, NAME_LENGTH)
            name = name[: NAME_LENGTH - 1] + "…"
        alike = self.context.items.get(search_key(name), [])
        if len(alike) > 1:
            self._problem(
                "name",
                "任务名称",
                name,
                f"{self.context.year} 年度计划里有 {len(alike)} 个同名条目",
                "先在计划里改成不同的名称，再导入",
                "ambiguous",
            )
        self.item = alike[0] if alike else None
        self.checked.key = f"name:{search_key(name)}"
        self.checked.fields["name"] = self.values["name"] = name
        self.checked.extra["found"] = self.item.name if self.item else name

    def _ratio(self) -> ItemRatio | None:
        ratio = self.reading.values.get("ratio")
        if ratio is None:
            self._must("ratio", "抽查比例", "写明比例或户数，如 5%、20户")
            return None
        said = imported.item_ratio(ratio)
        if said.value is not None and not 0 < said.value <= imported.LARGEST:
            self._problem(
                "ratio", "抽查比例", ratio.raw, "不合常理", "户数请填 1 至 999999 户", "ratio"
            )
            return None
        if said.notice:
            self.checked.notices.append(said.notice)
        self.values["ratio_mode"] = said.mode
        self.values["ratio_value"] = None if said.value is None else plain(said.value)
        self.checked.fields["ratio"] = quota_text(said.mode, said.value)
        return said

    def _counts(self, ratio: ItemRatio | None) -> None:
        """基数 and 预估: what the table says; 10%(20户) says it in the ratio; a base with a ratio gives the estimate."""
        values = self.reading.values
        base, estimate = values.get("pool_size"), values.get("estimate")
        said = values.get("ratio")
        if estimate is None and said is not None:
            estimate = said.count_hint
        if ratio is None and self.item is not None:
            ratio = ItemRatio(self.item.ratio_mode, self.item.ratio_value)
        if estimate is None and base is not None and ratio is not None:
            estimate = quota(base, ratio.mode, ratio.value, at_least_one=self.context.at_least_one)
        if base is not None:
            self.checked.fields["pool_size"] = self.values["base_count"] = base
        if estimate is not None:
            self.checked.fields["estimate"] = self.values["estimate"] = estimate
        if base is not None and estimate is not None and estimate > base:
            self.checked.notices.append(f"预估 {estimate} 户多于基数 {base} 户，请核对")

    def _window(self) -> None:
        window = self.reading.values.get("window")
        if window is None:
            self._must("window", "起止时间", f"写明时段，如 {self.context.year}年3月-11月")
            return
        first, last = window.starts_on.isoformat(), window.ends_on.isoformat()
        if {window.starts_on.year, window.ends_on.year} != {self.context.year}:
            self._problem(
                "window",
                "起止时间",
                f"{first} 至 {last}",
                f"不在 {self.context.year} 年内，年度计划只写本年度的抽查",
                "核对年份；不是同一年度的条目分成几个文件",
                "other_year",
            )
            return
        self.checked.fields["window"] = f"{first} 至 {last}"
        self.values |= {"period_from": first, "period_to": last}

    def _scope(self) -> None:
        """The range in the bureau's own words; conditions only where the words say them beyond doubt."""
        parts = [self._said("object_text"), self._said("scope")]
        text = "；".join(dict.fromkeys(part for part in parts if part))
        if not text:
            return
        if len(text) > SCOPE_LENGTH:
            self._too_long("object_text", "抽查对象", text, SCOPE_LENGTH)
            return
        self.checked.fields["scope"] = self.values["scope_words"] = text
        read = imported.conditions(text, self.context.words)
        if read is not None:
            self.values["scope"] = read
        elif self.item is None or self.item.scope_text != text:
            left = [w for w, k in _COUNTED.items() if k not in self.values]
            counted = f"，{'和'.join(left)}按全库计算" if left and self.item is None else ""
            self.checked.notices.append(
                f"抽查范围“{text[:40]}”按原文写入，没有对应到抽取条件{counted}；写入后请在条目里选定条件"
            )

    def _lead(self, matters: list[Matter]) -> None:
        said = self._said("lead")
        if said:
            code, problem = self.context.units.find(said)
            if problem is not None:
                self._problem(
                    "lead", "牵头科室", said, problem.message, problem.remedy, problem.code
                )
                return
            self.checked.fields["lead"] = code
            self.values["lead"] = self.context.agencies[code].pk
        elif self.item is None:
            # A matter knows the unit that answers for it; when they differ, the bureau itself leads.
            owners = {m.responsible_unit_id for m in matters}
            owner = owners.pop() if len(owners) == 1 else None
            self.values["lead"] = owner or self.context.authority.pk
            lead = next(
                a.name for a in self.context.agencies.values() if a.pk == self.values["lead"]
            )
            self.checked.notices.append(f"没有填牵头科室，按“{lead}”写入")

    def _participants(self) -> None:
        said = self.reading.values.get("participants")
        if said is None:
            return
        found, unknown, remedy = [], [], ""
        for name in said:
            code, problem = self.context.participants.find(name)
            if problem is None:
                found.append(code)
            else:
                unknown.append(name)
                remedy = problem.remedy
        if unknown:
            self._problem(
                "participants",
                "配合部门",
                "、".join(said),
                f"“{'、'.join(unknown)}”不是本单位的科室或所，也不是已登记的其他部门",
                f"{remedy}；没有登记的部门请系统管理员先登记",
                "unknown_name",
            )
            return
        agencies = [self.context.agencies[code] for code in found]
        self.checked.fields["participants"] = sorted(a.code for a in agencies)
        self.values["participants"] = sorted(a.pk for a in agencies)
        self.values["is_joint"] = any(a.kind == Agency.Kind.PARTNER for a in agencies)

    def _texts(self) -> None:
        values, fields = self.reading.values, self.checked.fields
        if values.get("draw_kind"):
            fields["draw_kind"] = values["draw_kind"]
            self.values["is_targeted"] = values["draw_kind"] == "targeted"
        if values.get("methods") is not None:
            fields["methods"] = self.values["methods"] = sorted(values["methods"])
        if self._said("credit_text"):
            by_risk = imported.is_by_risk(self._said("credit_text"))
            fields["credit_text"] = self.values["is_risk_differentiated"] = by_risk
        for key in ("level_split", "region_weight"):
            if self._said(key):
                fields[key] = self.values[key] = self._said(key)
        self._frequency()
        number = self._said("number")
        note = [f"计划编号 {number}" if number else "", self._said("note")]
        self._short("note", "remark", "备注", "；".join(filter(None, note)), NOTE_LENGTH)
        self._short("start_mode", "initiation", "发起方式", self._said("start_mode"), START_LENGTH)

    def _frequency(self) -> None:
        """From its own column, else from the ratio's (5%，每年一次)."""
        found, ratio = self.reading.values.get("frequency"), self.reading.values.get("ratio")
        if found is None and ratio is not None:
            found = parse_frequency(ratio.raw).value
        if found is not None:
            text = imported.frequency_text(found)
            self.checked.fields["frequency"] = self.values["frequency"] = text

    def _short(self, key: str, name: str, label: str, text: str, length: int) -> None:
        if len(text) > length:
            self._too_long(key, label, text, length)
        elif text:
            self.checked.fields[key] = self.values[name] = text

    def _said(self, key: str) -> str:
        return str(self.reading.values.get(key) or "")

    def _title(self) -> str:
        return self._said("name") or self._said("matters").replace("\n", "；")

    def _existing(self) -> bool:
        return search_key(self._title()) in self.context.items

    def _must(self, key: str, label: str, remedy: str) -> None:
        """A new item needs it; an empty cell leaves an existing one as it is; a cell that was not read has been said."""
        if self.item is None and not any(p.key == key for p in self.reading.problems):
            self._problem(key, label, "", f"没有填“{label}”", remedy, "empty")

    def _matters_to_choose(self, unknown: list[str]) -> str:
        in_force = [
            m.name for m in self.context.matters.values() if m.state == Matter.State.IN_FORCE
        ]
        if not in_force:
            return "清单里还没有执行中的事项，先导入或认领抽查事项"
        alike = [name for word in unknown for name in imported.closest(word, in_force)]
        meant = "、".join(f"“{name}”" for name in dict.fromkeys(alike[:6]))
        near = f"；清单里相近的有{meant}" if meant else ""
        return f"照抽查事项清单填编码或名称，几个事项用分号隔开{near}"

    def _too_long(self, key: str, label: str, text: str, length: int) -> None:
        said = f"内容 {len(text)} 个字，超过 {length} 个字"
        self._problem(key, label, text, said, "请删减", "too_long")

    def _problem(
        self, key: str, label: str, value: object, message: str, remedy: str, code: str
    ) -> None:
        self.checked.problems.append(
            problem_at(key, self.headings, label, value, message, remedy, code)
        )

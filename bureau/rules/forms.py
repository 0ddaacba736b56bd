"""The fixed wording of printed forms: which passages a bureau may change without code, and what each must hold (DOMAIN E).

A passage is plain text. A place in it is written {天数} on the page and {days} in the code; what stands there is put in
when the document is made. Apps call `define` in their rules/forms_*.py, imported when they are ready.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_PLACE = re.compile(r"\{([^{}\n]*)\}")
LONGEST = 4000

# What officials read and write in braces; a place without a word here keeps its English name.
PLACES: dict[str, str] = {
    "authority": "本单位",
    "unit": "检查单位",
    "entity": "检查对象",
    "code": "统一代码",
    "task": "任务编号",
    "task_name": "任务名称",
    "visit": "检查编号",
    "matters": "检查事项",
    "basis": "依据",
    "days": "天数",
    "due": "期限",
    "window_from": "检查期起",
    "window_to": "检查期止",
    "year": "年度",
    "count": "户数",
    "period": "时间",
    "to": "主送单位",
    "number": "文号",
    "reason": "原因",
    "person": "人员",
    "contact": "联系人",
    "phone": "联系电话",
    "on": "日期",
    "decision": "决定",
    "names": "是否列名",
    "team_size": "检查组人数",
    "origin": "抽查依据",
    "plan": "计划名称",
    "moved_on": "迁移日期",
    "old_address": "原住所",
    "new_address": "新住所",
}


@dataclass(frozen=True)
class Passage:
    key: str
    label: str
    default: str
    places: tuple[str, ...] = ()  # {places} that it may contain
    required: tuple[str, ...] = ()  # those of them that it must contain


@dataclass(frozen=True)
class Form:
    key: str
    title: str
    citation: str
    passages: tuple[Passage, ...]
    head: str = "none"  # none | red | plain
    seal: str = "over_date"  # over_date | left | none
    template: str = ""  # what prints it; empty: only its wording can be previewed
    # made-up context for a preview, from the wording that the document would hold
    example: Callable[[dict[str, Any]], dict[str, Any]] | None = None


FORMS: dict[str, Form] = {}
HEADS = {"none": "不印发文机关标志", "red": "红色发文机关标志", "plain": "黑色发文机关标志"}
SEALS = {"over_date": "盖在署名和日期上", "left": "盖在左侧，署名在右", "none": "不盖章"}


def define(form: Form) -> Form:
    """Adds a form of the house; the same key twice is a mistake of the code."""
    if form.key in FORMS:
        raise ValueError(f"form {form.key} is defined twice")
    for passage in form.passages:
        wrong = problems(passage, passage.default)
        if wrong:
            raise ValueError(f"{form.key}.{passage.key}: {wrong}")
    FORMS[form.key] = form
    return form


def word_of(place: str) -> str:
    return PLACES.get(place, place)


def places_in(text: str) -> list[str]:
    return list(dict.fromkeys(_PLACE.findall(text)))


def read(text: str) -> str:
    """As typed → as kept: {天数} becomes {days}."""
    names = {word: name for name, word in PLACES.items()}
    return _PLACE.sub(lambda m: "{" + names.get(m[1].strip(), m[1].strip()) + "}", text.strip())


def written(text: str) -> str:
    """As kept → as shown: {days} becomes {天数}."""
    return _PLACE.sub(lambda m: "{" + word_of(m[1]) + "}", text)


def problems(passage: Passage, text: str) -> list[str]:
    """What is wrong with a passage, as sentences for beside its field."""
    found = []
    allowed = {"authority", *passage.places}
    used = set(places_in(text))
    listed = "、".join("{" + word_of(name) + "}" for name in sorted(allowed, key=word_of))
    for name in sorted(used - allowed):
        found.append(f"这一段里没有 {{{word_of(name)}}} 可以填，可用的有：{listed}。")
    for name in passage.required:
        if name not in used:
            found.append(f"这一段必须写明 {{{word_of(name)}}}，打印时由系统填入。")
    if re.search(r"[{}]", _PLACE.sub("", text)):
        found.append("花括号没有成对，请写成 {天数} 这样；不用填空的地方请不要用花括号。")
    if not text.strip():
        found.append("这一段不能空着；不需要时请写“无”，或者恢复为原文。")
    if len(text) > LONGEST:
        found.append(f"这一段太长，最多 {LONGEST} 字，现在 {len(text)} 字。")
    return found


def fill(text: str, values: Mapping[str, str]) -> str:
    """Puts the values into their places; a value may itself contain braces. Raises KeyError for one that is not given."""
    return _PLACE.sub(lambda m: values[m[1]], text)

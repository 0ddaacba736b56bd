"""What a 卷宗 holds and in which order, and how one line of its check 归档检查单 reads (A89; 002 (三十)).

A paper joins by a line here, a check in `publication.selectors.dossier_checks*` where it may be missing, and a
provider in `publication.services.dossier_papers*` that makes it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    key: str
    title: str
    rule: str  # of DOMAIN


PARTS: Mapping[str, Part] = {
    part.key: part
    for part in (
        Part("draw", "抽取记录", "A50"),
        Part("dispatch", "派发记录", "A47"),
        Part("order", "检查审批", "A97"),
        Part("precheck", "预查比对", "A63"),
        Part("notice", "检查通知书", "A64"),
        Part("team", "检查人员变动", "A56"),
        Part("entry", "入企登记", "A98"),
        Part("sheet", "抽查情况记录表", "A61"),
        Part("site_note", "现场检查笔录", "A65"),
        Part("party", "当事人签字", "A66"),
        Part("evidence", "证据材料", "A67"),
        Part("samples", "抽样取证", "A73"),
        Part("conclusions", "其他结论", "A62"),
        Part("signatures", "检查人员签字", "A68"),
        Part("review", "结果审核", "A80"),
        Part("publication", "结果公示", "A76"),
        Part("correction", "结果更正", "A81"),
        Part("objection", "异议", "A82"),
        Part("disposal", "后续处置", "A84"),
        Part("penalty", "行政处罚信息", "A88"),
        Part("deemed", "视为完成", "A70"),
        Part("transfer", "转交", "A71"),
    )
}


@dataclass(frozen=True)
class Check:
    """One line of the check: what is there, what is missing, who supplies it and where."""

    part: Part
    found: str
    lacking: str = ""  # empty: whole
    who: str = ""  # the unit or person that supplies it
    url: str = ""  # where they do it
    trimmed: str = ""  # the reason, where the step was left out (A69): counts as present

    @property
    def is_whole(self) -> bool:
        return not self.lacking


def in_order(keys: Iterable[str]) -> list[str]:
    """Part keys in the order of binding."""
    wanted = set(keys)
    return [key for key in PARTS if key in wanted]


def new_since(keys: Iterable[str], archived: Iterable[str]) -> set[str]:
    """Papers that came after archiving: they go into a numbered supplement 续卷, the bound file is never rewritten."""
    return set(keys) - set(archived)


def pages_digest(pages: Iterable[bytes]) -> str:
    """SHA-256 over the pages of one part as they lie in the bound file, each by its own digest."""
    whole = hashlib.sha256()
    for page in pages:
        whole.update(hashlib.sha256(page).digest())
    return whole.hexdigest()

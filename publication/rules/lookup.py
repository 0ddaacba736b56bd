"""What a firm types to find itself in the frozen lists, and what an exclusion means in plain words (DRAW §1, §2)."""

import re
from dataclasses import dataclass

from registry.rules import identifiers, uscc
from registry.rules.identifiers import IdKind
from registry.rules.texts import half_width

PSEUDONYM = re.compile(r"P-[0-9a-f]{64}")
LONGEST = 96


@dataclass(frozen=True)
class Typed:
    """`code` is what stands in the lists, or what the register knows it by; `problem` refuses; `doubt` is said beside the answer."""

    code: str
    problem: str = ""
    doubt: str = ""


def read(text: str) -> Typed:
    """The code as the lists write it: exact, no part of one, never a name. A citizen's number is refused.

    Natural persons stand in each draw under another pseudonym (ARCHITECTURE §6): their number finds nothing and
    should not travel in an address.
    """
    code = re.sub(r"\s+", "", half_width(text))
    if not code:
        return Typed("", "请输入统一社会信用代码、注册号或许可证号。")
    if len(code) > LONGEST:
        return Typed("", f"代码最长 {LONGEST} 个字符，请核对后重新输入。")
    lowered = f"P-{code[2:].lower()}"
    if code[:2] in {"P-", "p-"} and PSEUDONYM.fullmatch(lowered):
        return Typed(lowered)
    normal = uscc.normalise(code).text
    if uscc.check(normal) is None:
        return Typed(normal)
    if identifiers.guess_kind(code.upper()) is IdKind.PERSON:
        return Typed(
            "",
            "这像是身份证号，请不要在网上填写。自然人在每次抽取里用不同的化名编号，"
            "编号可以凭身份证件向组织抽取的单位查询。",
        )
    if re.fullmatch(r"[0-9A-Za-z]{18}", code):
        problem = uscc.check(normal)
        return Typed(normal, doubt=f"{problem.sentence}。" if problem else "")
    return Typed(code)


MEANINGS: dict[str, str] = {
    "deregistered": "锁定名单时登记状态为注销，不再检查。",
    "revoked": "锁定名单时营业执照已被吊销，不再检查。",
    "cancelled": "锁定名单时登记已被撤销，不再检查。",
    "moved_out": "锁定名单时已迁出本单位管辖范围，由迁入地监管。",
    "in_open_task": "同一事项已有另一项任务要检查这一家，为免重复检查，这次不抽。",
    "annual_cap": "本年接受检查的次数已到上限，为减少打扰，这次不抽。",
    "no_stratum": "符合抽查范围，但不属于这次分设的任何一层，所以不抽。",
}


def meaning(code: str) -> str:
    """Why somebody of the scope was not drawn, in a sentence; empty for a reason that has its name alone."""
    return MEANINGS.get(code, "")

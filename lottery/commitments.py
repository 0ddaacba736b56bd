"""What is promised before it is known: secrets, commitments, pseudonyms and the seed (DRAW §2–§4).

Each secret is used once. The portal keeps nonce and list salt encrypted until the reveal.
"""

import secrets

from lottery.errors import ProtocolError
from lottery.text import NONE, check_digest, check_id, h, sha256


def new_secret() -> str:
    """32 random bytes as 64 hex digits: a nonce, a list salt, or the salt of one person or visit.

    The only place of this package where chance enters; the draw itself follows from the seed.
    """
    return secrets.token_hex(32)


def nonce_commitment(nonce: str) -> str:
    """What the announcement shows of the nonce."""
    return h("nonce", check_digest(nonce, "随机数"))


def list_digest(name: str, list_salt: str, content: bytes) -> str:
    """What the announcement shows of a list; `name` without `.tsv`."""
    return h("list", name, check_digest(list_salt, "名单盐值"), sha256(content))


def witness_commitment(announcement: str, salt: str, digits: str) -> str:
    """What a witness hands in before anyone opens; `announcement` is A."""
    check_witness_digits(digits)
    return h("witness", announcement, check_digest(salt, "见证盐值"), digits)


def pseudonym(salt: str, real_id: str) -> str:
    """The id of a natural person in one draw; the salt lets that person and auditors open it."""
    return "P-" + h("pseudonym", check_digest(salt, "化名盐值"), real_id)


def visit_target(salt: str, entity_id: str) -> str:
    """Binds a visit to its entity without naming it; opened with the visit's result."""
    return h("target", check_digest(salt, "对象盐值"), check_id(entity_id, "对象编号"))


def seed(announcement: str, nonce: str, digits: str, beacon: str = NONE) -> str:
    """The seed of the draw (DRAW §4.4): A, nonce, `digits` and `beacon` as in record.txt."""
    check_digest(announcement, "公告摘要")
    return h("seed", announcement, check_digest(nonce, "随机数"), digits, beacon)


def check_witness_digits(digits: str, length: int | None = None) -> str:
    """One witness's digits. Raises ProtocolError unless ASCII digits, `length` of them if told."""
    if not digits.isascii() or not digits.isdigit():
        raise ProtocolError("见证数字只能由 0–9 组成，请重新输入。")
    if length is not None and len(digits) != length:
        raise ProtocolError(f"见证数字须为 {length} 位，实有 {len(digits)} 位，请重新输入。")
    return digits

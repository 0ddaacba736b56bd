"""The later keyed files: witness.txt, record.txt, reveal.txt, void.txt (DRAW §3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lottery import beacons
from lottery.announcement import EntityAnnouncement, TeamAnnouncement
from lottery.commitments import (
    check_witness_digits,
    list_digest,
    nonce_commitment,
    seed,
    witness_commitment,
)
from lottery.errors import ProtocolError
from lottery.text import NONE, check_digest, check_label, moment, rows_as_text, sha256

AnyAnnouncement = EntityAnnouncement | TeamAnnouncement


@dataclass(frozen=True, kw_only=True)
class WitnessOpening:
    """What one witness opened. `salt` is None where no witness.txt is due."""

    digits: str
    salt: str | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """record.txt of a draw: the contributions, and the digest of the result (None if not held)."""

    announcement: str
    digits: str
    salts: str
    beacon: str
    witness: str
    result: str | None

    def seed(self, nonce: str) -> str:
        """The seed that these contributions give. Raises ProtocolError if one is missing."""
        if self.result is None:
            raise ProtocolError("见证数字或信标不全，没有种子，本次抽取须作废。")
        return seed(self.announcement, nonce, self.digits, self.beacon)

    def to_text(self) -> str:
        return rows_as_text(
            [
                ("ssj1-record", self.announcement),
                ("digits", self.digits),
                ("salts", self.salts),
                ("beacon", self.beacon),
                ("witness", self.witness),
                ("result", self.result or NONE),
            ]
        )


def witness_text(announcement: AnyAnnouncement, commitments: Sequence[str]) -> str:
    """witness.txt, commitments in the order in which the witnesses were named.

    Raises ProtocolError if it is not due, if one is missing, or if two are equal.
    """
    if not announcement.needs_witness_file:
        raise ProtocolError("按公告，这次抽取不需要见证承诺。")
    if len(commitments) != announcement.witnesses.count:
        raise ProtocolError(
            f"应有 {announcement.witnesses.count} 份见证承诺，现有 {len(commitments)} 份。"
        )
    if len(set(commitments)) != len(commitments):
        raise ProtocolError("两份见证承诺相同，请见证人重新生成承诺。")
    rows = [("commit", check_digest(commit, "见证承诺")) for commit in commitments]
    return rows_as_text([("ssj1-witness", announcement.digest()), *rows])


def check_opening(announcement: str, commitment: str, opening: WitnessOpening) -> None:
    """Raises ProtocolError unless digits and salt are those the witness had committed to."""
    salt = check_digest(opening.salt or "", "见证盐值")
    if witness_commitment(announcement, salt, opening.digits) != commitment:
        raise ProtocolError("数字和盐值与事先的承诺不符，请核对后重新输入。")


def joined_digits(announcement: AnyAnnouncement, openings: Sequence[WitnessOpening | None]) -> str:
    """`digits` as in record.txt and in the seed; `-` for a witness who did not open."""
    _check_number(announcement, openings)
    each = announcement.witnesses.digits_each
    given = [check_witness_digits(o.digits, each) if o else NONE for o in openings]
    return ",".join(given) or NONE


def draw_seed(
    announcement: AnyAnnouncement,
    nonce: str,
    openings: Sequence[WitnessOpening],
    beacon: str | None = None,
) -> str:
    """The seed before the result is known. Raises ProtocolError if a contribution is missing."""
    if announcement.nonce_commitment != nonce_commitment(nonce):
        raise ProtocolError("随机数与公告中的承诺不符。")
    digits = joined_digits(announcement, openings)
    value = _beacon_field(announcement, beacon)
    if announcement.beacon is not None and value == NONE:
        raise ProtocolError("信标还没有取值，不能计算。")
    return seed(announcement.digest(), nonce, digits, value)


def make_record(
    announcement: AnyAnnouncement,
    openings: Sequence[WitnessOpening | None],
    *,
    result: str | None,
    beacon: str | None = None,
    witness_file: str | None = None,
) -> Record:
    """The record of a draw, `result` being the text of result.tsv.

    `openings` in the order of the witnesses, None for one who did not open within the set time.
    With a missing opening or beacon value `result` must be None, and else it must not be: a draw
    whose digits are all open is computed even if it is voided (DRAW §3).
    Raises ProtocolError, also where an opening does not fit witness_file.
    """
    digits = joined_digits(announcement, openings)
    value = _beacon_field(announcement, beacon)
    is_complete = None not in openings and (value != NONE or announcement.beacon is None)
    if is_complete != (result is not None):
        raise ProtocolError("数字和信标齐全时必须计算结果，不全时不能有结果。")
    return Record(
        announcement=announcement.digest(),
        digits=digits,
        salts=_joined_salts(announcement, openings, witness_file),
        beacon=value,
        witness=sha256(witness_file.encode()) if witness_file else NONE,
        result=None if result is None else sha256(result.encode()),
    )


def reveal_text(announcement: AnyAnnouncement, nonce: str, list_salt: str) -> str:
    """reveal.txt. Raises ProtocolError if the nonce is not the one that was announced."""
    if announcement.nonce_commitment != nonce_commitment(nonce):
        raise ProtocolError("随机数与公告中的承诺不符。")
    check_digest(list_salt, "名单盐值")
    rows = [("ssj1-reveal", announcement.digest()), ("nonce", nonce), ("list_salt", list_salt)]
    return rows_as_text(rows)


def void_text(announcement: AnyAnnouncement, reason: str, at: datetime) -> str:
    """void.txt: the draw does not count, and everyone sees why."""
    check_label(reason, "作废原因")
    rows = [("ssj1-void", announcement.digest()), ("reason", reason), ("at", moment(at))]
    return rows_as_text(rows)


def list_matches(announcement: AnyAnnouncement, name: str, list_salt: str, content: bytes) -> bool:
    """Whether stored bytes are still the list that was announced."""
    announced: str = getattr(announcement, name).digest
    return list_digest(name, list_salt, content) == announced


def _check_number(announcement: AnyAnnouncement, openings: Sequence[WitnessOpening | None]) -> None:
    if len(openings) != announcement.witnesses.count:
        raise ProtocolError(
            f"应有 {announcement.witnesses.count} 名见证人的数字，现有 {len(openings)} 名。"
        )


def _joined_salts(
    announcement: AnyAnnouncement,
    openings: Sequence[WitnessOpening | None],
    witness_file: str | None,
) -> str:
    if (witness_file is not None) != announcement.needs_witness_file:
        raise ProtocolError("见证承诺文件的有无与公告不符。")
    if witness_file is None:
        return NONE
    commitments = [line.split("\t")[1] for line in witness_file.splitlines()[1:]]
    if witness_file != witness_text(announcement, commitments):
        raise ProtocolError("见证承诺文件不属于这次抽取。")
    for opening, commitment in zip(openings, commitments, strict=True):
        if opening is not None:
            check_opening(announcement.digest(), commitment, opening)
    return ",".join((opening.salt or NONE) if opening else NONE for opening in openings)


def _beacon_field(announcement: AnyAnnouncement, beacon: str | None) -> str:
    if beacon is None:
        return NONE
    if announcement.beacon is None:
        raise ProtocolError("公告没有信标，不能填写信标取值。")
    return beacons.check_value(announcement.beacon.source, beacon)

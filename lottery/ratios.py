"""A ratio becomes a number of picks, in integer arithmetic (DRAW §2, at the moment of the lock)."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from lottery.errors import ProtocolError


def percent(value: Decimal | int | str) -> Fraction:
    """`"5"`, `"0.5"` or Decimal("5.00") percent as an exact fraction. Never from a float."""
    try:
        ratio = Fraction(Decimal(value)) / 100
    except (InvalidOperation, ValueError, OverflowError):
        raise ProtocolError(f"抽查比例“{value}”不是数字。") from None
    if not 0 <= ratio <= 1:
        raise ProtocolError(f"抽查比例须在 0 与 100% 之间，现为 {value}%。")
    return ratio


def picks_for(
    population: int, ratio: Fraction, *, is_ceiling: bool = False, at_least_one: bool = False
) -> int:
    """How many to draw of `population`.

    Rounded up for a minimum or plain ratio (不低于 5%、5%); down for 不超过 (`is_ceiling`), and then
    1 at least if the bureau says so (`at_least_one`). An empty population gives 0.
    Raises ProtocolError for a negative population or a ratio outside 0…1.
    """
    if population < 0 or not 0 <= ratio <= 1:
        raise ProtocolError("候选数不能为负，抽查比例须在 0 与 100% 之间。")
    product = population * ratio.numerator
    if not is_ceiling:
        return -(-product // ratio.denominator)
    rounded_down = product // ratio.denominator
    return max(rounded_down, 1) if at_least_one and population else rounded_down

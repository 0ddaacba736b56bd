"""The rule settings in force for an authority in a year, with where each comes from."""

from dataclasses import dataclass
from typing import Any

from bureau.models import Agency, RuleSetting
from bureau.rules.setting_catalogue import BY_KEY, CATALOGUE, Setting, combine


@dataclass(frozen=True)
class InForce:
    setting: Setting
    value: Any
    citation: str
    origin: str  # 本单位 | 上级（默认值/下限/上限/强制） | 系统默认


def all_for(authority: Agency, year: int) -> dict[str, InForce]:
    """Every setting of the catalogue: one query."""
    ids = [authority.pk] + ([authority.superior_id] if authority.superior_id else [])
    rows = RuleSetting.objects.filter(
        authority_id__in=ids, year__in=[year]
    ) | RuleSetting.objects.filter(authority_id__in=ids, year__isnull=True)
    own: dict[str, RuleSetting] = {}
    above: dict[str, RuleSetting] = {}
    for row in sorted(rows, key=lambda r: r.year or 0):  # the year's own row comes after and wins
        (own if row.authority_id == authority.pk else above)[row.key] = row
    result = {}
    for setting in CATALOGUE:
        mine, theirs = own.get(setting.key), above.get(setting.key)
        value = combine(
            setting,
            mine and mine.value,
            theirs and theirs.value,
            theirs.mode if theirs else "default",
        )
        if mine is not None and value == mine.value:
            result[setting.key] = InForce(setting, value, mine.citation, "本单位")
        elif theirs is not None:
            result[setting.key] = InForce(
                setting, value, theirs.citation, f"上级（{theirs.get_mode_display()}）"
            )
        else:
            result[setting.key] = InForce(setting, value, setting.citation, "系统默认")
    return result


def value_of(key: str, authority: Agency, year: int) -> Any:
    """One setting in force. Raises KeyError for a key that is not in the catalogue."""
    BY_KEY[key]
    return all_for(authority, year)[key].value

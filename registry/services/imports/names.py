"""Names in sheets → rows of the bureau: units, regions, special pools. What is not found is said with what is there."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from bureau.models import Agency, Region
from registry.models import SpecialPool
from registry.rules.cells import CellProblem, choice_key


@dataclass(frozen=True)
class Names:
    """`codes`: comparable word → code; a word that means two things means nothing."""

    codes: dict[str, str]
    shown: tuple[str, ...]
    what: str

    def find(self, text: str) -> tuple[str, CellProblem | None]:
        """The code for a name as written, or the problem."""
        code = self.codes.get(choice_key(text))
        if code:
            return code, None
        listed = "、".join(self.shown[:40]) or "（还没有登记）"
        return "", CellProblem(f"“{text[:30]}”{self.what}", f"可填：{listed}", "unknown_name")


def units(authority: Agency) -> Names:
    """科室、所 of this authority, and the authority itself."""
    agencies = list(Agency.objects.filter(authority=authority, is_active=True).order_by("code"))
    words: list[tuple[str, tuple[str, ...]]] = [
        (agency.code, (agency.name, agency.short_name, agency.code)) for agency in agencies
    ]
    words.append((authority.code, ("局本级", "本级", "局机关", "机关")))
    return Names(_once(words), tuple(agency.name for agency in agencies), "不是本单位的科室或所")


def participants(authority: Agency) -> Names:
    """Who may take part in an inspection: own units, and the other departments that are registered (部门联合)."""
    own = Q(authority=authority) | Q(kind=Agency.Kind.PARTNER)
    agencies = list(Agency.objects.filter(own, is_active=True).order_by("code"))
    return Names(
        _once([(a.code, (a.name, a.short_name, a.code)) for a in agencies]),
        tuple(agency.name for agency in agencies),
        "不是本单位的科室或所，也不是已登记的其他部门",
    )


def regions(authority: Agency) -> Names:
    """Regions of the authority's own jurisdiction (谁管辖、谁维护, A14), by code or name."""
    prefix = region_prefix(authority)
    rows = list(Region.objects.filter(code__startswith=prefix).order_by("code"))
    words = [
        (region.code, (region.code, region.name, f"{region.name}{region.code}")) for region in rows
    ]
    return Names(
        _once(words),
        tuple(f"{region.name}（{region.code}）" for region in rows),
        "不在本单位的管辖区划内，属迁出的请走转交",
    )


def region_prefix(authority: Agency) -> str:
    """990122 → 990122, 990100 → 9901, 990000 → 99; without a region everything."""
    code = authority.region.code if authority.region else ""
    while code.endswith("00"):
        code = code[:-2]
    return code


def special_pools(authority: Agency) -> Names:
    rows = list(SpecialPool.objects.filter(authority=authority, is_active=True).order_by("code"))
    return Names(
        _once([(pool.code, (pool.code, pool.name)) for pool in rows]),
        tuple(pool.name for pool in rows),
        "不是本单位在用的专项库",
    )


def _once(words: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for code, names in words:
        for name in names:
            if name:
                found.setdefault(choice_key(name), set()).add(code)
    return {word: codes.pop() for word, codes in found.items() if len(codes) == 1}

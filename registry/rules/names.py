"""Names: a key to search by, bigrams for the index, and what of a name may be shown to the public."""

import unicodedata

from registry.rules.kinds import EntityKind
from registry.rules.texts import clean, words

# 复姓: the surnames of two characters that are met today.
_DOUBLE_SURNAMES = words(
    "欧阳 上官 皇甫 司马 诸葛 夏侯 东方 尉迟 公孙 慕容 司徒 令狐 长孙 宇文 轩辕 呼延 端木 独孤 南宫 澹台 "
    "申屠 淳于 太史 闻人 钟离 公冶 宗政 濮阳 赫连 百里 东郭 西门 第五 鲜于 司空 完颜 纳兰 拓跋 万俟 亓官"
)


def search_key(name: str) -> str:
    """Letters and digits only, one width, one case: （滨江）, (滨江) and 滨江 become equal, ＡＢＣ and abc too."""
    folded = unicodedata.normalize("NFKC", clean(name).text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def bigrams(name: str) -> list[str]:
    """Sorted distinct pairs of neighbouring characters of the search key, for a `text[]` column under GIN.

    A key of one character is its own only element. Two characters are enough to search (LIBRARIES "name search").
    """
    key = search_key(name)
    if len(key) == 1:
        return [key]
    return sorted({key[i : i + 2] for i in range(len(key) - 1)})


def query_bigrams(query: str) -> list[str]:
    """The pairs that every match must contain; empty when the query has fewer than two characters (then use LIKE)."""
    return bigrams(query) if len(search_key(query)) > 1 else []


def mask_person(name: str) -> str:
    """张三 → 张*, 纪砚青 → 纪**, 欧阳娜娜 → 欧阳**: the surname stays, the rest is hidden."""
    text = "".join(clean(name).text.split())
    if len(text) < 2:
        return "*" if text else ""
    shown = 2 if len(text) > 2 and text[:2] in _DOUBLE_SURNAMES else 1
    return text[:shown] + "*" * (len(text) - shown)


def public_name(kind: EntityKind, name: str) -> str:
    """What the public site may show as the name.

    Basis: ARCHITECTURE §6: firms and 个体户 by their registered name, other natural persons masked.
    """
    return mask_person(name) if kind is EntityKind.PERSON else clean(name).text


def may_show_code(kind: EntityKind) -> bool:
    """Whether the public site may show the identifying number: a natural person's never (ARCHITECTURE §6, DRAW §1)."""
    return kind is not EntityKind.PERSON

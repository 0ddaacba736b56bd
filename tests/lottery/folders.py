"""Draw folders for tests: the vectors, and small made ones whose digests always agree.

A made folder is built from raw text, not by the package, so that a rule can be broken while every
digest is right: only the rule itself is then left to refuse it.
"""

from collections import Counter
from pathlib import Path

from lottery import Stratum, draw_entities, draw_teams, h, sha256
from lottery.errors import ProtocolError
from lottery.lists import read_candidates, read_conflicts, read_inspectors, read_visits

VECTORS = Path(__file__).parent / "vectors"
VERIFIED = ("v1", "v2", "v3", "v4", "v5")
REFUSED = sorted(path.name for path in (VECTORS / "refused").iterdir() if path.is_dir())
NONCE = "0a" * 32
LIST_SALT = "0b" * 32
SALTS = [f"{n:02x}" * 32 for n in range(1, 10)]
BEACON = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

ENTITIES = {
    "authority": "990000",
    "unit": "990000-kcz",
    "task": "示范抽查〔2026〕1号",
    "draw": "1",
    "previous": "0" * 64,
    "reason": "-",
    "locked_at": "2026-03-02T09:00:00+08:00",
    "scope": "类别=采矿权人",
    "matters": "KC-01",
    "candidates": None,
    "excluded": None,
    "stratum": "A级\t2\t1",
    "nonce_commitment": None,
    "witness": "1\t12",
    "beacon": "none",
    "reveal": "immediate",
}
TEAMS = {
    "authority": "990000",
    "unit": "990000-kcz",
    "task": "示范配员〔2026〕1号",
    "draw": "1",
    "previous": "0" * 64,
    "reason": "-",
    "locked_at": "2026-03-02T09:00:00+08:00",
    "visits": None,
    "inspectors": None,
    "conflicts": None,
    "team": "2",
    "nonce_commitment": None,
    "witness": "1\t12",
    "beacon": "none",
    "reveal": "immediate",
}
LISTS = {
    "entities": {"candidates": "E1\tA级\nE2\tA级\nE3\tA级\n", "excluded": "E9\tannual_cap\n"},
    "teams": {
        "visits": f"V1\t测绘\t-\t{'c' * 64}\nV2\t-\t地质\t{'d' * 64}\n",
        "inspectors": "I1\tL\t3\t-\nI2\tM\t3\t测绘\nI3\tM\t3\t-\nX1\tE\t1\t地质\n",
        "conflicts": "V2\tI2\tdeclared\n",
    },
}


def load(name: str) -> dict[str, bytes]:
    """A vector's files by name."""
    return {path.name: path.read_bytes() for path in (VECTORS / name).iterdir()}


def made(
    kind: str = "entities",
    *,
    lists: dict[str, str] | None = None,
    digits: str = "004207731905",
    salts: str | None = None,
    beacon: str = "-",
    witness_file: bool = False,
    result: str | None = None,
    replace: dict[str, tuple[str, str]] | None = None,
    add: dict[str, str] | None = None,
    drop: tuple[str, ...] = (),
    void: str | None = None,
    **announced: str,
) -> dict[str, bytes]:
    """A whole folder; `announced` overrides lines, `replace` (old, new) text before digests.

    `add` and `drop` files at the end; `result` overrides the record's line (`-`: no result.tsv).
    """
    texts = LISTS[kind] | (lists or {})
    edits = replace or {}
    files = {f"{name}.tsv": edited(text, edits.get(name)) for name, text in texts.items()}
    values = (ENTITIES if kind == "entities" else TEAMS) | announced
    values["nonce_commitment"] = values["nonce_commitment"] or h("nonce", NONCE)
    for name in texts:
        content = files[f"{name}.tsv"].encode()
        digest = h("list", name, LIST_SALT, sha256(content))
        values[name] = values[name] or f"{content.count(10)}\t{digest}"
    lines = [f"ssj1-announcement\t{kind}"]
    for key, value in values.items():
        lines += [f"{key}\t{part}" for part in value.split("\n")]
    announcement = edited("".join(line + "\n" for line in lines), edits.get("announcement"))
    a = sha256(announcement.encode())
    files["announcement.txt"] = announcement
    commits = []
    if witness_file:
        given = digits.split(",")
        commits = [h("witness", a, SALTS[n], number) for n, number in enumerate(given)]
        rows = "".join(f"commit\t{commit}\n" for commit in commits)
        files["witness.txt"] = edited(f"ssj1-witness\t{a}\n{rows}", edits.get("witness"))
        salts = salts or ",".join(SALTS[: len(given)])
    seed = h("seed", a, NONCE, digits, beacon)
    files["result.tsv"] = edited(result_text(values, files, a, seed), edits.get("result"))
    witness = sha256(files["witness.txt"].encode()) if witness_file else "-"
    digest = result or sha256(files["result.tsv"].encode())
    record = (
        f"ssj1-record\t{a}\ndigits\t{digits}\nsalts\t{salts or '-'}\nbeacon\t{beacon}\n"
        f"witness\t{witness}\nresult\t{digest}\n"
    )
    files["record.txt"] = edited(record, edits.get("record"))
    reveal = f"ssj1-reveal\t{a}\nnonce\t{NONCE}\nlist_salt\t{LIST_SALT}\n"
    files["reveal.txt"] = edited(reveal, edits.get("reveal"))
    if result == "-":
        del files["result.tsv"]
    if void is not None:
        text = f"ssj1-void\t{a}\nreason\t{void}\nat\t2026-03-03T09:00:00+08:00\n"
        files["void.txt"] = edited(text, edits.get("void"))
    files |= add or {}
    return {name: text.encode() for name, text in files.items() if name not in drop}


def result_text(values: dict[str, str], files: dict[str, str], a: str, seed: str) -> str:
    """The right result, or only its head where the folder breaks a rule of the draw itself."""
    try:
        if "visits.tsv" in files:
            visits = read_visits(files["visits.tsv"].encode())
            inspectors = read_inspectors(files["inspectors.tsv"].encode())
            conflicts = read_conflicts(files["conflicts.tsv"].encode())
            return draw_teams(visits, inspectors, conflicts, int(values["team"]), seed).to_text(a)
        rows = [line.split("\t") for line in values["stratum"].split("\n")]
        strata = [Stratum(label=label, k=int(k), reserve=int(spare)) for label, k, spare in rows]
        candidates = read_candidates(files["candidates.tsv"].encode())
        counts = Counter(stratum for _, stratum in candidates)
        return draw_entities(candidates, strata, counts, seed).to_text(a)
    except (ProtocolError, ValueError):
        return f"ssj1-result\t{a}\nseed\t{seed}\n"


def edited(text: str, edit: tuple[str, str] | None) -> str:
    if edit is None:
        return text
    assert edit[0] in text, f"nothing to replace: {edit[0]!r}"
    return text.replace(edit[0], edit[1], 1)

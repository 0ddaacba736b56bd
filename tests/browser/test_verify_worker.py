"""The browser's verifier, in a worker of a real Chromium, says word for word what verify.py says (DRAW §7)."""

import base64
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lottery import verify
from tests.browser.running import CHROMIUM
from tests.browser.served import chromium, served
from tests.lottery.folders import REFUSED, VERIFIED, load, made
from tests.lottery.test_verify import ACCEPTED, BROKEN, STATES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="本机没有 Chromium"),
]
Files = dict[str, bytes]

# One worker for the whole page; each question is answered by all messages up to the last one.
HARNESS = """
() => {
  const worker = new Worker("/static/js/verify_worker.js");
  const waiting = new Map();
  let number = 0;
  worker.onmessage = (event) => {
    const told = event.data, question = waiting.get(told.number);
    if (told.verdict) { question.verdicts.push(told.verdict); }
    if (told.problem || told.finished) { waiting.delete(told.number); question.give(question.verdicts); }
  };
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  window.ask = (files) => new Promise((give) => {
    waiting.set(++number, { give, verdicts: [] });
    worker.postMessage({ number, files });
  });
  window.check = async (folder) => {
    const files = Object.entries(folder).map(([path, text]) => ({ path, bytes: bytes(text).buffer }));
    const [found] = await window.ask(files);
    return [found.code, ...found.account, found.line];
  };
  window.checkChanged = async ([folder, file, mask]) => {
    const held = Object.entries(folder).map(([path, text]) => ({ path, bytes: bytes(text) }));
    const said = [], spoiled = held.find((one) => one.path === file).bytes;
    for (let place = 0; place < spoiled.length; place++) {
      spoiled[place] ^= mask;
      const [found] = await window.ask(held.map((one) => ({ path: one.path, bytes: one.bytes.slice().buffer })));
      spoiled[place] ^= mask;
      said.push(found.line);
    }
    return said;
  };
}
"""


@pytest.fixture(scope="module")
def page() -> Iterator[object]:
    with served({}) as address, chromium() as browser:
        opened = browser.new_page()
        opened.goto(f"{address}/blank")
        opened.evaluate(HARNESS)
        yield opened


@pytest.fixture(scope="module")
def ask(page) -> Callable[[Files], list[object]]:
    return lambda files: page.evaluate("folder => check(folder)", encoded(files))


def encoded(files: Files) -> dict[str, str]:
    return {name: base64.b64encode(content).decode() for name, content in files.items()}


def python_says(files: Files) -> list[object]:
    try:
        outcome = verify.check(files)
    except verify.Refused as refused:
        return [1, str(refused)]
    return [outcome.code, *outcome.account, outcome.line]


@pytest.mark.parametrize("name", VERIFIED)
def test_each_vector_is_verified(ask, name):
    said = ask(load(name))

    assert (said[0], said[-1]) == (0, "VERIFIED")
    assert said == python_says(load(name))


@pytest.mark.parametrize(
    ("name", "line"),
    [("sealed", "SEALED until 2026-06-30"), ("void", "VOID 名录未更新，上级批准作废")],
)
def test_the_other_states_are_named(ask, name, line):
    said = ask(load(name))

    assert (said[0], said[-1]) == (3, line)
    assert said == python_says(load(name))


@pytest.mark.parametrize("name", REFUSED)
def test_each_refused_folder_is_refused_for_the_same_reason(ask, name):
    said = ask(load(f"refused/{name}"))

    assert said[0] == 1
    assert said == python_says(load(f"refused/{name}"))


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80])
@pytest.mark.parametrize("name", ["v1", "v2", "v4"])
def test_any_changed_byte_is_refused_in_the_same_words(page, name, mask):
    files = load(name)
    differing = []
    for file, content in files.items():
        said = page.evaluate("asked => checkChanged(asked)", [encoded(files), file, mask])
        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= mask
            if python_says(files | {file: bytes(changed)}) != [1, said[place]]:
                differing.append((file, place, said[place]))

    assert differing == []


@pytest.mark.parametrize("name", VERIFIED)
def test_a_missing_or_unknown_file_is_refused_in_the_same_words(ask, name):
    files = load(name)
    folders = [{k: v for k, v in files.items() if k != gone} for gone in files]
    folders += [files | {"notes.txt": b""}, files | {"witness.txt": b"x"}]

    assert [ask(folder) for folder in folders] == [named(folder) for folder in folders]


def named(files: Files) -> list[object]:
    """What the Python program says of a folder: unknown names are refused before anything is read."""
    unknown = sorted(set(files) - verify.KNOWN_FILES)
    return [1, f"文件夹中有不认识的文件“{unknown[0]}”。"] if unknown else python_says(files)


# Folders whose digests all agree and of which at most one rule is broken: the rule alone decides.
RULES = {
    **{f"accepted: {name}": build for name, build in ACCEPTED.items()},
    **{f"state: {name}": build for name, (build, _) in STATES.items()},
    **{f"broken: {name}": build for name, (build, _) in BROKEN.items()},
}


@pytest.mark.parametrize("case", RULES)
def test_each_rule_is_read_the_same_way(ask, case):
    files = RULES[case]()

    assert ask(files) == named(files)


# ---------------------------------------------------------------- made folders

# Labels whose order by UTF-16 units is not their order by code points.
LABELS = ("A级", "（专）", "𠮷木", "\uff60", "𰻞", "一", "z")
labels = st.lists(st.sampled_from(LABELS), unique=True, min_size=1, max_size=4).map(sorted)
ids = st.lists(
    st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._-]{0,6}", fullmatch=True),
    unique=True,
    min_size=1,
    max_size=24,
)
few = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def entity_folders(draw) -> Files:
    strata = draw(labels)
    members = draw(ids)
    where = {one: draw(st.sampled_from(strata)) for one in members}
    out = draw(st.lists(st.sampled_from(members), unique=True, max_size=3))
    lines = sorted(f"{one}\t{where[one]}\n" for one in members if one not in out)
    counts = {label: sum(line.endswith(f"\t{label}\n") for line in lines) for label in strata}
    announced = [
        f"{label}\t{draw(st.integers(0, counts[label]))}\t{draw(st.integers(0, 3))}"
        for label in strata
    ]
    excluded = "".join(f"{one}\tannual_cap\n" for one in sorted(out))
    return made(
        lists={"candidates": "".join(lines), "excluded": excluded},
        stratum="\n".join(announced),
        void=draw(st.sampled_from([None, None, "名录有误"])),
    )


def comma(items: list[str]) -> str:
    return ",".join(sorted(items)) or "-"


some_labels = st.lists(st.sampled_from(LABELS), unique=True, max_size=2).map(comma)


@st.composite
def team_folders(draw) -> Files:
    visits, people = draw(ids), draw(ids)
    rows = sorted(f"{v}\t{draw(some_labels)}\t{draw(some_labels)}\t{'c' * 64}\n" for v in visits)
    staff = sorted(
        f"{p}\t{draw(st.sampled_from('LLMME'))}\t{draw(st.integers(0, 4))}\t{draw(some_labels)}\n"
        for p in people
    )
    pairs = st.tuples(st.sampled_from(visits), st.sampled_from(people))
    barred = draw(st.lists(pairs, unique=True, max_size=6))
    conflicts = sorted(f"{v}\t{p}\tdeclared\n" for v, p in barred)
    return made(
        "teams",
        lists={
            "visits": "".join(rows),
            "inspectors": "".join(staff),
            "conflicts": "".join(conflicts),
        },
        team=str(draw(st.integers(2, 4))),
    )


@given(files=st.one_of(entity_folders(), team_folders()))
@few
def test_made_folders_get_the_same_words(ask, files):
    assert ask(files) == python_says(files)


@given(
    files=st.one_of(entity_folders(), team_folders()),
    place=st.integers(0, 10**6),
    new=st.binary(min_size=0, max_size=3),
    cut=st.integers(0, 3),
    which=st.integers(0, 10),
)
@few
def test_spoiled_folders_get_the_same_words(ask, files, place, new, cut, which):
    name = sorted(files)[which % len(files)]
    at = place % (len(files[name]) + 1)
    spoiled = files[name][:at] + new + files[name][at + cut :]

    assert ask(files | {name: spoiled}) == python_says(files | {name: spoiled})


# ---------------------------------------------------------------- size


def test_a_hundred_thousand_candidates_take_less_than_five_seconds(page):
    lines = "".join(f"91990000MA{i:08d}\t采矿权人\n" for i in range(100_000))
    files = made(lists={"candidates": lines}, stratum="采矿权人\t5000\t500")

    took = page.evaluate(
        "async folder => { const began = performance.now(); const said = await check(folder);"
        " return [said[said.length - 1], performance.now() - began]; }",
        encoded(files),
    )

    assert took[0] == "VERIFIED"
    assert took[1] < 5000

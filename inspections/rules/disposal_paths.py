"""Each measure has its own path to its end: one table per measure, read by buttons and guards (A84–A87).

`close` ends a disposal with its result; an early end (终止) and more time are asked for and approved by others.
"""

from collections.abc import Mapping

from bureau.rules.processes import Process, Transition
from inspections.rules.processes import COORDINATOR, DEPUTY, HEAD, INSPECTOR, ORGANISER

DOERS = (INSPECTOR, COORDINATOR, ORGANISER)

STAGES = {
    "opened": "待处理",
    "ordered": "待改正",
    "rechecking": "复查中",
    "failed": "未改正，待处理",
    "sent": "已发出，待签收",
    "received": "已签收，待结果",
    "filed": "已立案，待处理结果",
    "not_filed": "不予立案",
    "closed": "已办结",
}
CSS = {
    "opened": "wait",
    "ordered": "run",
    "rechecking": "run",
    "failed": "bad",
    "sent": "run",
    "received": "run",
    "filed": "run",
    "not_filed": "soon",
    "closed": "done",
}
# Measure → kind of letter that opens its path.
LETTERS: Mapping[str, str] = {
    "rectify": "rectify",
    "daily": "feedback",
    "case": "referral",
    "notify": "notify",
    "judicial": "judicial",
}


def _move(source: str, action: str, to: str, label: str, consequence: str = "") -> Transition:
    return Transition(source, action, to, DOERS, label, consequence)


def _process(*moves: Transition) -> Process:
    return Process(name="后续处置", states=STAGES, css=CSS, transitions=moves)


_CLOSE = "办结后不能再改；按期办结计入年终考核。"
_PLAIN = _process(_move("opened", "close", "closed", "办结处置", _CLOSE))
_LETTER = (
    _move("opened", "issue", "sent", "制发文书", "文书按页面内容固定并编号，不能再改。"),
    _move("sent", "receipt", "received", "登记签收回执"),
)
_ORDER = "通知书按页面内容固定并编号，改正期限同时成为本项处置的期限。"
RECTIFY = _process(
    _move("opened", "issue", "ordered", "制发责令改正通知书", _ORDER),
    _move("ordered", "receipt", "ordered", "登记送达"),
    _move("ordered", "pass", "closed", "核查材料：已改正", _CLOSE),
    _move("ordered", "fail", "failed", "核查材料：未改正"),
    _move("ordered", "recheck", "rechecking", "提请复查", "复查须经主要负责人批准后进行。"),
    _move("failed", "issue", "ordered", "再次责令改正", _ORDER),
    _move(
        "failed",
        "escalate",
        "closed",
        "移送办案机构",
        "本项处置办结，同时发起“移送办案机构”的处置，由其依法处罚。",
    ),
)
HANDED_ON = _process(*_LETTER, _move("received", "close", "closed", "登记处理结果并办结", _CLOSE))
CASE = _process(
    *_LETTER,
    _move("received", "file", "filed", "登记立案"),
    _move("received", "not_file", "not_filed", "登记不予立案"),
    _move("filed", "close", "closed", "登记处理结果并办结", _CLOSE),
    _move("not_filed", "close", "closed", "按不予立案办结", _CLOSE),
)
PATHS: Mapping[str, Process] = {
    "rectify": RECTIFY,
    "daily": HANDED_ON,
    "notify": HANDED_ON,
    "case": CASE,
    "judicial": CASE,
}

RECHECK = Process(
    name="复查",
    states={
        "requested": "待审批",
        "approved": "待复查",
        "refused": "未批准",
        "done": "已复查",
        "cancelled": "已取消",
    },
    css={
        "requested": "soon",
        "approved": "run",
        "refused": "bad",
        "done": "done",
        "cancelled": "off",
    },
    transitions=(
        Transition("requested", "approve", "approved", (HEAD,), "批准复查"),
        Transition("requested", "refuse", "refused", (HEAD,), "不批准", needs_reason=True),
        Transition(
            "approved",
            "record",
            "done",
            DOERS,
            "登记复查结果",
            "登记后不能修改：已改正的处置随即办结，未改正的须再次责令改正或移送办案机构。",
        ),
        Transition("requested", "cancel", "cancelled", DOERS, "取消复查", needs_reason=True),
        Transition("approved", "cancel", "cancelled", DOERS, "取消复查", needs_reason=True),
    ),
)

# More time and an early end: the leader in charge or the head; 移送司法机关: the head alone.
ASK_DECIDERS: Mapping[str, tuple[str, ...]] = {
    "extend": (DEPUTY, HEAD),
    "stop": (DEPUTY, HEAD),
    "judicial": (HEAD,),
}


def path_of(measure: str) -> Process:
    """The table of this measure; what has no path of its own is closed with its result."""
    return PATHS.get(measure, _PLAIN)


def next_verb(measure: str, stage: str) -> str:
    """What the list of waiting things says: the first step ahead."""
    steps = [t.label for t in path_of(measure).transitions if t.source == stage]
    if stage == "ordered":
        return "核查改正情况"
    return steps[0] if steps else "办理处置"


def blocked(measure: str, stage: str, action: str) -> str | None:
    """Why this step is not possible now, as a sentence; None when it is. Basis: A84–A86."""
    path = path_of(measure)
    if path.find(stage, action) is not None:
        return None
    ahead = [t.label for t in path.transitions if t.source == stage]
    sentence = f"这项处置现在是“{STAGES.get(stage, stage)}”，不能办这一步。"
    return f"{sentence}下一步：{'或'.join(ahead)}。" if ahead else f"{sentence}请刷新页面查看。"

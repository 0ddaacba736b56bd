"""异议: how an application moves from receipt to reply (A82, A83)."""

from bureau.rules.processes import Process, Transition

# Plain values of bureau.models.Role: rules know no framework.
PUBLISHER, COORDINATOR, INSPECTOR = "publisher", "coordinator", "inspector"
ORGANISER = "organiser"
REVIEWER, DEPUTY, HEAD = "reviewer", "deputy", "head"
RECEIVERS = (PUBLISHER, COORDINATOR)

OBJECTION = Process(
    name="异议",
    states={
        "received": "待复查",
        "rechecked": "待反馈",
        "replied": "已反馈",
        "declined": "不予受理",
    },
    css={"received": "soon", "rechecked": "run", "replied": "done", "declined": "off"},
    transitions=(
        Transition(
            "received",
            "accept",
            "received",
            RECEIVERS,
            "受理并制发受理通知书",
            "受理通知书随即编号固定；受理后不能再不予受理。",
        ),
        Transition(
            "received",
            "decline",
            "declined",
            RECEIVERS,
            "不予受理",
            "告知书随即编号固定，异议就此办结。",
            needs_reason=True,
        ),
        Transition(
            "received",
            "recheck",
            "rechecked",
            (REVIEWER, DEPUTY, HEAD, COORDINATOR),
            "登记复查结论",
            "结论登记后不能修改，反馈期限从复查之日起算。",
        ),
        Transition(
            "rechecked",
            "reply",
            "replied",
            RECEIVERS,
            "登记反馈",
            "反馈登记后异议办结，内容不能修改。",
        ),
    ),
)


CORRECTION = Process(
    name="结果更正",
    states={"requested": "待主要负责人签字", "approved": "已更正", "refused": "未同意"},
    css={"requested": "soon", "approved": "done", "refused": "off"},
    transitions=(
        Transition(
            "requested",
            "approve",
            "approved",
            (HEAD,),
            "签字同意更正",
            "更正后的结果立即公示为新的一版，公示页注明“曾更正”，旧版指纹保留。",
        ),
        Transition(
            "requested",
            "refuse",
            "refused",
            (HEAD,),
            "不同意更正",
            needs_reason=True,
        ),
    ),
)
# Whoever handled the case enters its penalty; another person checks it (A80, A88).
PENALTY_RECORDERS = (PUBLISHER, COORDINATOR, ORGANISER, INSPECTOR)
PENALTY = Process(
    name="行政处罚信息",
    states={"recorded": "待审核", "returned": "退回补正", "published": "已公示"},
    css={"recorded": "soon", "returned": "bad", "published": "done"},
    transitions=(
        Transition(
            "recorded",
            "approve",
            "published",
            (REVIEWER, DEPUTY, HEAD),
            "审核通过并公示",
            "处罚信息随即对外公示并推送到已登记的平台；列入严重违法或联合惩戒的，名录库同时标记。",
        ),
        Transition(
            "recorded",
            "return",
            "returned",
            (REVIEWER, DEPUTY, HEAD),
            "退回补正",
            needs_reason=True,
        ),
        Transition("returned", "amend", "recorded", PENALTY_RECORDERS, "补正处罚信息"),
    ),
)
# Who answers what an entity sends with its notice's code. A complaint goes to those who lead, never to the team.
FIRM_REQUEST_ROLES: dict[str, tuple[str, ...]] = {
    "recusal": (COORDINATOR, ORGANISER),
    "complaint": (DEPUTY, HEAD),
    "objection": RECEIVERS,
    "rectification": (COORDINATOR, INSPECTOR, ORGANISER),
}

# Whoever finds the mistake asks for its correction; the head alone decides (A81).
CORRECTORS = (PUBLISHER, REVIEWER, COORDINATOR, INSPECTOR)


def recheck_problem(
    actor: int,
    *,
    recorder: int | None,
    submitter: int | None,
    reviewer: int | None,
    publisher: int | None,
    team: frozenset[int],
) -> str | None:
    """Why this person may not recheck the result; None when they may. Basis: A82; who decided the result does not judge it."""
    parts = (
        (actor in team, "检查"),
        (actor in {recorder, submitter}, "录入"),
        (actor == reviewer, "审核"),
        (actor == publisher, "公示"),
    )
    done = [word for is_theirs, word in parts if is_theirs]
    if not done:
        return None
    return (
        f"这项结果由您{'、'.join(done)}，复查须由没有参与过的人办理。请转给其他审核员或分管负责人。"
    )

"""Transition tables of visits, of what is checked in them, of orders and disposals: buttons and guards read them."""

from bureau.rules.processes import Process, Transition

# Plain values of bureau.models.Role: rules know no framework.
ORGANISER, COORDINATOR, INSPECTOR = "organiser", "coordinator", "inspector"
HEAD, REVIEWER, PUBLISHER = "head", "reviewer", "publisher"
_DESK = (COORDINATOR, ORGANISER)

_DEEMED = "这次检查不再进行，各事项按“视为完成”办结并列入汇总上报名单（临淄指引（二十八））。"

VISIT = Process(
    name="检查",
    states={
        "dispatched": "待匹配人员",
        "teamed": "待检查审批",
        "ordered": "待检查",
        "in_progress": "检查中",
        "finished": "检查结束，待录入",
        "recorded": "结果已提交",
        "closed": "已办结",
        "deemed_done": "视为完成",
        "split": "已拆分",
    },
    css={
        "dispatched": "wait",
        "teamed": "wait",
        "ordered": "run",
        "in_progress": "run",
        "finished": "soon",
        "recorded": "run",
        "closed": "done",
        "deemed_done": "off",
        "split": "off",
    },
    transitions=(
        Transition(
            "dispatched",
            "split",
            "dispatched",
            (ORGANISER, COORDINATOR),
            "拆分合并的检查",
            "被拆出的任务另立一次检查，对象将被分别上门两次，并各计一次。",
            needs_reason=True,
        ),
        Transition("dispatched", "match", "teamed", _DESK, "匹配检查人员"),
        Transition(
            "dispatched",
            "assign",
            "teamed",
            _DESK,
            "直接委派检查人员",
            "本次检查不再随机匹配，委派原因将记入留痕。",
            needs_reason=True,
        ),
        Transition("teamed", "request_order", "teamed", _DESK, "提请检查审批"),
        Transition("teamed", "approve_order", "ordered", (HEAD,), "批准检查"),
        Transition(
            "teamed",
            "start_emergency",
            "ordered",
            _DESK,
            "紧急检查，事后补办审批",
            "检查可以立即进行，主要负责人事后仍须审批。",
            needs_reason=True,
        ),
        Transition("ordered", "refuse_emergency", "teamed", (HEAD,), "不批准紧急检查"),
        Transition("teamed", "replace", "teamed", _DESK, "更换检查人员"),
        Transition("ordered", "replace", "ordered", _DESK, "更换检查人员"),
        Transition("ordered", "issue_notice", "ordered", (*_DESK, INSPECTOR), "制作检查通知书"),
        Transition("ordered", "start", "in_progress", (INSPECTOR,), "到场开始检查"),
        Transition("in_progress", "finish", "finished", (INSPECTOR,), "结束检查"),
        Transition("finished", "submit", "recorded", (INSPECTOR,), "提交结果"),
        Transition("recorded", "close", "closed", (REVIEWER, PUBLISHER), "办结"),
        *(
            Transition(
                state,
                "deem_done",
                "deemed_done",
                (*_DESK, INSPECTOR) if state == "in_progress" else _DESK,
                "按视为完成办理",
                _DEEMED,
                needs_reason=True,
            )
            for state in ("dispatched", "teamed", "ordered", "in_progress")
        ),
    ),
)

VISIT_MATTER = Process(
    name="检查事项",
    states={
        "pending": "待录入",
        "recorded": "待签字",
        "signed": "待提交审核",
        "submitted": "待审核",
        "returned": "审核退回",
        "approved": "待公示",
        "published": "已公示",
        "withheld": "依法不公开",
        "deemed_done": "视为完成",
    },
    css={
        "pending": "wait",
        "recorded": "wait",
        "signed": "wait",
        "submitted": "soon",
        "returned": "bad",
        "approved": "run",
        "published": "done",
        "withheld": "off",
        "deemed_done": "off",
    },
    transitions=(
        Transition("pending", "record", "recorded", (INSPECTOR,), "录入检查结果"),
        Transition("recorded", "record", "recorded", (INSPECTOR,), "修改检查结果"),
        Transition("returned", "record", "recorded", (INSPECTOR,), "补正检查结果"),
        Transition("recorded", "sign", "signed", (INSPECTOR,), "签字确认结果"),
        Transition("signed", "record", "recorded", (INSPECTOR,), "修改检查结果"),
        Transition("signed", "submit", "submitted", (INSPECTOR,), "提交审核"),
        Transition("submitted", "approve", "approved", (REVIEWER,), "审核通过，转公示员"),
        Transition(
            "submitted",
            "return",
            "returned",
            (REVIEWER,),
            "退回补正，写明缺什么",
            needs_reason=True,
        ),
        Transition("approved", "publish", "published", (PUBLISHER,), "公示检查结果"),
        Transition(
            "approved", "withhold", "withheld", (HEAD,), "同意依法不予公开", needs_reason=True
        ),
    ),
)

ORDER = Process(
    name="检查审批",
    states={"requested": "待审批", "approved": "已批准", "refused": "未批准"},
    css={"requested": "soon", "approved": "done", "refused": "bad"},
    transitions=(
        Transition(
            "requested",
            "approve",
            "approved",
            (HEAD,),
            "批准检查",
            "批准后检查组即可制作通知书并上门检查。",
        ),
        Transition(
            "requested",
            "refuse",
            "refused",
            (HEAD,),
            "不批准",
            "这些检查退回“待检查审批”，须另行提请。",
            needs_reason=True,
        ),
    ),
)

DISPOSAL = Process(
    name="后续处置",
    states={"open": "处置中", "closed": "已办结"},
    css={"open": "run", "closed": "done"},
    transitions=(
        Transition(
            "open",
            "close",
            "closed",
            (INSPECTOR, COORDINATOR, ORGANISER),
            "办结处置",
            needs_reason=True,
        ),
    ),
)

"""Transition tables of visits, of what is checked in them, of orders and disposals: buttons and guards read them."""

from bureau.rules.processes import Process, Transition

# Plain values of bureau.models.Role: rules know no framework.
ORGANISER, COORDINATOR, INSPECTOR = "organiser", "coordinator", "inspector"
HEAD, DEPUTY, REVIEWER, PUBLISHER = "head", "deputy", "reviewer", "publisher"
_DESK = (COORDINATOR, ORGANISER)
_HANDLERS = (INSPECTOR, COORDINATOR, ORGANISER)

_DEEMED = "批准后这次检查不再进行，各事项按“视为完成”办结并列入汇总上报名单（临淄指引（二十八））。"
_TRANSFER = "批准后以书面通知转交迁入地单位检查，原检查组解散，检查期不变（临淄指引（二十八））。"
_NOT_BEGUN = ("dispatched", "teamed", "ordered")

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
        "transferred": "已转交外单位",
        "skipped": "不再检查",
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
        "transferred": "off",
        "skipped": "off",
        "split": "off",
    },
    transitions=(
        Transition(
            "dispatched",
            "split",
            "split",
            (ORGANISER, COORDINATOR),
            "拆分合并的检查",
            "这次检查就此结束，拆成两次检查，对象将被分别上门两次，并各计一次。",
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
        *(
            Transition(state, "plan_day", state, _DESK, "安排检查日期")
            for state in ("dispatched", "teamed", "ordered")
        ),
        *(
            Transition(state, action, state, _DESK, label)
            for action, label in (("send_helper", "派员协助"), ("appoint_expert", "指定专家"))
            for state in ("teamed", "ordered")
        ),
        *(
            Transition(state, "precheck", state, (INSPECTOR,), "预查比对")
            for state in ("teamed", "ordered")
        ),
        Transition("ordered", "issue_notice", "ordered", (*_DESK, INSPECTOR), "制作检查通知书"),
        Transition("ordered", "start", "in_progress", (INSPECTOR,), "到场开始检查"),
        Transition("in_progress", "finish", "finished", (INSPECTOR,), "结束检查"),
        Transition("finished", "submit", "recorded", (INSPECTOR,), "提交结果"),
        Transition("recorded", "close", "closed", (REVIEWER, PUBLISHER), "办结"),
        *(
            Transition(
                state,
                "deem_done",
                state,
                (*_DESK, INSPECTOR) if state == "in_progress" else _DESK,
                "申请按视为完成办理",
                _DEEMED,
                needs_reason=True,
            )
            for state in (*_NOT_BEGUN, "in_progress")
        ),
        *(
            Transition(state, "settle_deemed", "deemed_done", (HEAD, DEPUTY), "审批视为完成")
            for state in (*_NOT_BEGUN, "in_progress")
        ),
        *(
            Transition(
                state, "transfer", state, _DESK, "转交迁入地单位", _TRANSFER, needs_reason=True
            )
            for state in _NOT_BEGUN
        ),
        *(
            Transition(
                state,
                "skip",
                state,
                (ORGANISER,),
                "申请不再检查",
                "不属于注销、吊销、撤销、迁出或无法联系的，须经负责人批准；名额只能以补抽补足，跳过的原因对外公开。",
                needs_reason=True,
            )
            for state in _NOT_BEGUN
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
        "transferred": "已转交外单位",
        "skipped": "不再检查",
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
        "transferred": "off",
        "skipped": "off",
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

SAMPLE = Process(
    name="样品",
    states={
        "taken": "已取样，待送检",
        "at_lab": "已送检，待结果",
        "resulted": "已有结果",
        "cancelled": "不再检测",
    },
    css={"taken": "wait", "at_lab": "run", "resulted": "done", "cancelled": "off"},
    transitions=(
        Transition("taken", "hand_over", "taken", _HANDLERS, "登记交接或送检"),
        Transition("taken", "cancel", "cancelled", _HANDLERS, "不再检测", needs_reason=True),
        Transition("at_lab", "hand_over", "at_lab", _HANDLERS, "登记交接"),
        Transition("at_lab", "record_result", "resulted", _HANDLERS, "登记检测结果"),
        Transition("at_lab", "cancel", "cancelled", _HANDLERS, "不再检测", needs_reason=True),
        Transition("resulted", "hand_over", "resulted", _HANDLERS, "登记交接"),
        Transition("resulted", "record_result", "resulted", _HANDLERS, "登记复检结果"),
        Transition("cancelled", "hand_over", "cancelled", _HANDLERS, "登记退还或处理"),
    ),
)

CONCLUSION = Process(
    name="采用的结论",
    states={"entrusted": "已委托，待出具", "delivered": "已采用", "withdrawn": "不再采用"},
    css={"entrusted": "run", "delivered": "done", "withdrawn": "off"},
    transitions=(
        Transition("entrusted", "deliver", "delivered", _HANDLERS, "登记出具的结论"),
        Transition("entrusted", "withdraw", "withdrawn", _HANDLERS, "撤销委托", needs_reason=True),
        Transition("delivered", "withdraw", "withdrawn", _HANDLERS, "不再采用", needs_reason=True),
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

DEEMED = Process(
    name="视为完成申请",
    states={"requested": "待批准", "approved": "视为完成", "refused": "未批准"},
    css={"requested": "soon", "approved": "done", "refused": "bad"},
    transitions=(
        Transition("requested", "approve", "approved", (HEAD, DEPUTY), "批准视为完成", _DEEMED),
        Transition(
            "requested", "refuse", "refused", (HEAD, DEPUTY), "不批准，继续检查", needs_reason=True
        ),
    ),
)

TRANSFER = Process(
    name="转交",
    states={
        "requested": "待批准",
        "refused": "未批准",
        "offered": "待接收",
        "accepted": "已转交",
        "declined": "对方退回",
        "withdrawn": "已撤回",
    },
    css={
        "requested": "soon",
        "refused": "bad",
        "offered": "run",
        "accepted": "done",
        "declined": "bad",
        "withdrawn": "off",
    },
    transitions=(
        Transition("requested", "approve", "offered", (HEAD,), "批准转交", _TRANSFER),
        Transition("requested", "refuse", "refused", (HEAD,), "不批准转交", needs_reason=True),
        Transition("requested", "withdraw", "withdrawn", _DESK, "撤回申请", needs_reason=True),
        Transition("offered", "withdraw", "withdrawn", _DESK, "撤回转交", needs_reason=True),
        # These two are the receiving authority's.
        Transition("offered", "accept", "accepted", _DESK, "接收并安排检查"),
        Transition("offered", "decline", "declined", _DESK, "退回原单位", needs_reason=True),
    ),
)

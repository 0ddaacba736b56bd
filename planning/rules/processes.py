"""How a plan, its adjustment and a task move: buttons and guards read these rows (A26–A48)."""

from bureau.rules.processes import Process, Transition

ORGANISER, HEAD, DEPUTY, PUBLISHER = "organiser", "head", "deputy", "publisher"

PLAN = Process(
    name="年度计划",
    states={
        "draft": "草稿",
        "submitted": "待审批",
        "approved": "待公布",
        "published": "执行中",
    },
    css={"draft": "wait", "submitted": "soon", "approved": "run", "published": "done"},
    transitions=(
        Transition(
            "draft",
            "submit",
            "submitted",
            (ORGANISER,),
            "提交审批",
            "提交后条目不能再改，由主要负责人或分管负责人审批。",
        ),
        Transition(
            "submitted",
            "approve",
            "approved",
            (HEAD, DEPUTY),
            "批准计划",
            "批准后即可公布；以后的改动都须申请调整并写明原因。",
        ),
        Transition(
            "submitted",
            "send_back",
            "draft",
            (HEAD, DEPUTY),
            "退回修改",
            "计划退回编制人修改，退回原因会留痕。",
            needs_reason=True,
        ),
        Transition(
            "approved",
            "publish",
            "published",
            (PUBLISHER, ORGANISER),
            "公布并备案",
            "计划在公示网站公布，并报上级主管部门备案；公布后不能撤回，只能申请调整。",
        ),
        Transition("published", "adjust", "published", (ORGANISER,), "申请调整"),
    ),
)

ADJUSTMENT = Process(
    name="计划调整",
    states={"submitted": "待审批", "approved": "已批准", "refused": "未批准"},
    css={"submitted": "soon", "approved": "done", "refused": "bad"},
    transitions=(
        Transition(
            "submitted",
            "approve",
            "approved",
            (HEAD, DEPUTY),
            "批准调整",
            "计划随即改为新的版本，重新公布并备案。",
        ),
        Transition(
            "submitted",
            "refuse",
            "refused",
            (HEAD, DEPUTY),
            "不予批准",
            "计划不变，意见告知申请人。",
            needs_reason=True,
        ),
    ),
)

TASK = Process(
    name="抽查任务",
    states={
        "draft": "草稿",
        "ready": "待摇号",
        "locked": "名单已锁定",
        "drawn": "已抽取，待派发",
        "dispatched": "检查中",
        "closed": "已完成",
        "cancelled": "已撤销",
    },
    css={
        "draft": "wait",
        "ready": "wait",
        "locked": "lock",
        "drawn": "soon",
        "dispatched": "run",
        "closed": "done",
        "cancelled": "off",
    },
    transitions=(
        Transition(
            "draft",
            "make_ready",
            "ready",
            (ORGANISER,),
            "设置完成，转入待摇号",
            "事项、范围、分层和实施方案固定下来；要改须先退回草稿。",
        ),
        Transition("ready", "lock", "locked", (ORGANISER,), "锁定名单"),
        Transition("ready", "reopen", "draft", (ORGANISER,), "退回草稿修改"),
        Transition("locked", "compute", "drawn", (ORGANISER,), "计算抽取结果"),
        # A void draw stays visible; the task goes back and may be drawn again as draw n + 1 (DRAW §3).
        Transition("locked", "void", "ready", (ORGANISER, HEAD), "作废本次摇号"),
        Transition("drawn", "void", "ready", (HEAD,), "作废本次摇号"),
        Transition(
            "draft",
            "import_lists",
            "drawn",
            (ORGANISER,),
            "导入平台抽取名单",
            "名单以平台回执为据，本系统不能复算；导入后不能再改。",
        ),
        Transition(
            "draft",
            "assign_directly",
            "drawn",
            (ORGANISER,),
            "直接指定检查对象",
            "只用于候选极少的任务；不摇号，原因和名单留痕，公告写明没有随机选择。",
            needs_reason=True,
        ),
        Transition("drawn", "dispatch", "dispatched", (ORGANISER,), "派发任务"),
        Transition("dispatched", "close", "closed", (ORGANISER,), "办结任务"),
        # What a reserve or a 补抽 adds while the task runs; a 补抽 may come after its end too (DRAW §5).
        Transition("dispatched", "notices", "dispatched", (ORGANISER, "coordinator"), "检查通知书"),
        Transition("dispatched", "dispatch_more", "dispatched", (ORGANISER,), "派发新增对象"),
        Transition("dispatched", "supplement", "dispatched", (ORGANISER,), "安排补抽"),
        Transition("closed", "supplement", "dispatched", (ORGANISER,), "安排补抽"),
        Transition(
            "draft",
            "cancel",
            "cancelled",
            (ORGANISER,),
            "撤销任务",
            "撤销后不能恢复，编号不再使用，原因留痕。",
            needs_reason=True,
        ),
        Transition(
            "ready",
            "cancel",
            "cancelled",
            (ORGANISER,),
            "撤销任务",
            "撤销后不能恢复，编号不再使用，原因留痕。",
            needs_reason=True,
        ),
    ),
)

"""Planning's printed forms and their fixed wording: plan, adjustment, 实施方案, 抽取记录备案表 (DOMAIN E)."""

from bureau.rules.forms import Form, Passage, define
from planning.rules import form_examples as examples

PLAN_FORM = define(
    Form(
        "plan",
        "年度抽查工作计划",
        "临淄指引（十一）（十二）：计划应写明抽查范围、时间安排、预估数量；迁林字〔2024〕11号 二（二）",
        (
            Passage(
                "opening",
                "引言",
                "为做好 {year} 年度“双随机、一公开”监管工作，按照抽查事项清单和上级部署，制定本计划。",
                ("year",),
            ),
            Passage(
                "note",
                "表后说明",
                "说明：抽查基数为编制计划时检查对象名录库中的户数，实际抽取数以抽取当日的名录库为准；计划调整按程序审批、公布并备案。",
            ),
        ),
        template="planning/plan_print.html",
        example=examples.plan,
    )
)

ADJUSTMENT_FORM = define(
    Form(
        "plan_adjustment",
        "年度抽查工作计划调整前后对照表",
        "涞源县自然资源和规划局2021年方案 二（三）；迁林字〔2024〕11号 二（二）：调整应履行程序，调整后公布",
        (
            Passage(
                "opening",
                "引言",
                "根据工作需要，经批准，对《{plan}》作第 {number} 次调整，调整前后对照如下。",
                ("plan", "number"),
                ("plan",),
            ),
            Passage("note", "表后说明", "未列入本表的计划条目不变。"),
        ),
        template="planning/documents/adjustment.html",
        example=examples.adjustment,
    )
)

SCHEME_FORM = define(
    Form(
        "scheme",
        "实施方案",
        "涞源县自然资源和规划局2021年方案 二（三）：每次抽查制定实施方案；沧州市新华区抽查实施方案的体例",
        (
            Passage("opening", "引言", "根据{origin}，制定本实施方案。", ("origin",), ("origin",)),
            Passage(
                "drawing",
                "名单抽取",
                "抽取前由名录库管理人员确认检查对象名录库和执法检查人员名录库。名单锁定后，在局办公室监督人员见证下公开摇号，抽取过程全程留痕，结果可由任何人复算。任务公告{names}抽中名单，名单随检查结果公示。",
                ("names",),
            ),
            Passage(
                "dispatch",
                "名单派发和人员匹配",
                "检查任务派发至{unit}，每组检查人员不少于 {team_size} 人，随机匹配，有利害关系的回避。",
                ("unit", "team_size"),
                ("unit",),
            ),
            Passage(
                "carrying_out",
                "组织实施",
                "检查前履行审批手续，现场出示执法证件，送达检查通知书，按检查表逐项检查，实行一对象一表单。检查结果经审核后，在检查结束后 {days} 个工作日内公示；发现的问题依法处置，形成闭环。",
                ("days",),
                ("days",),
            ),
        ),
        template="planning/documents/scheme.html",
        example=examples.scheme,
    )
)

DRAW_RECORD_FORM = define(
    Form(
        "draw_record",
        "双随机抽取记录备案表",
        "永泰县2020年方案 二（三）：抽取结果当场确定，书面记录备案",
        (
            Passage(
                "filing",
                "备案说明",
                "本记录由操作人和监督人签字，随抽取的公开文件一并备案；名单尚未公开的，公开后补附。",
            ),
        ),
        template="planning/documents/draw_record.html",
        example=examples.draw_record,
    )
)

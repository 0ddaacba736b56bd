"""Fixed wording of the papers around dispatch, people and results (DOMAIN E)."""

from bureau.rules.forms import Form, Passage, define
from inspections.rules import form_examples as examples

TASK_ORDER_FORM = define(
    Form(
        "task_order",
        "抽查任务下达单",
        "临淄指引（十七）：名单确认锁定后派发执行单位，任务公告同步发布",
        (
            Passage(
                "order",
                "下达内容",
                "{task_name}（{task}）已经抽取，现将名单下达你单位，共 {count} 户，检查期 {window_from}至{window_to}。请按要求组织实施。",
                ("task_name", "task", "count", "window_from", "window_to"),
                ("task", "count"),
            ),
            Passage(
                "duties",
                "工作要求",
                "收到后请在规定期限内核对名单；检查前办理审批，由两名以上执法人员实施，有利害关系的回避；检查结果按期录入、审核、公示。抽中名单和检查人员在规定时间前不得泄露。",
            ),
        ),
        template="inspections/documents/task_order.html",
        example=examples.task_order,
    )
)

REPLACEMENT_FORM = define(
    Form(
        "replacement",
        "执法检查人员更换审批表",
        "临淄指引（二十一）：岗位调整、工作冲突、身体健康、回避，须经牵头科室或执行单位同意",
        (
            Passage(
                "foot",
                "表后说明",
                "说明：检查人员选定后无正当理由不得更换；更换的按抽取名次依次递补，不按名次另行指派的须写明原因。",
            ),
        ),
        seal="none",
        template="inspections/documents/replacement.html",
        example=examples.replacement,
    )
)

RESERVE_FORM = define(
    Form(
        "reserve_record",
        "递补抽取记录",
        "永泰县2020年方案 二（三）：建立递补抽取机制；抽取规程 §5、§6：按原抽取的名次递补，不重新摇号",
        (
            Passage(
                "rule",
                "递补规则",
                "下列递补依照原抽取的名次办理，没有重新摇号；被跳过的逐一写明原因和批准人。",
            ),
        ),
        seal="none",
        template="inspections/documents/reserves.html",
        example=examples.reserves,
    )
)

DEEMED_FORM = define(
    Form(
        "deemed_list",
        "视为完成对象名单",
        "临淄指引（二十八）：无法联系、注销、撤销、吊销的不再检查，视为完成，汇总上报",
        (
            Passage(
                "opening",
                "引言",
                "按照抽查工作规定，下列 {count} 户检查对象因注销、被撤销设立登记、被吊销营业执照或者通过登记的住所无法联系，不再检查，视为完成。现将名单汇总上报。",
                ("count",),
                ("count",),
            ),
        ),
        template="inspections/documents/deemed_list.html",
        example=examples.deemed,
    )
)

RECORD_SHEET_FORM = define(
    Form(
        "record_sheet",
        "双随机抽查情况记录表",
        "临淄指引（二十三）（二十六）：一对象一表单，当事人和检查人员签字",
        (
            Passage(
                "party",
                "被检查单位意见栏",
                "以上记录已经核对，属实。有异议的请写明。",
            ),
            Passage(
                "foot",
                "表后说明",
                "说明：拒绝签字或者盖章的，由检查人员注明，必要时请见证人签字；本表随卷归档。",
            ),
        ),
        seal="none",
        template="inspections/documents/record_sheet.html",
        example=examples.record_sheet,
    )
)

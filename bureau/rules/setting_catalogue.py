"""Every number or choice that differs between bureaus: key, kind, lawful default, citation (DOMAIN §0.1)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from bureau.rules import bands, caps


@dataclass(frozen=True)
class Setting:
    key: str
    label: str
    kind: str  # int | decimal | bool | choice | month_day | table | bands | caps
    default: Any
    citation: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""


CATALOGUE: tuple[Setting, ...] = (
    Setting(
        "publication_workdays",
        "结果录入公示期限",
        "int",
        20,
        "迁林字〔2024〕11号 二（四）；临淄指引（二十六）4",
        "个工作日",
    ),
    Setting(
        "publication_clock",
        "公示期限起算",
        "choice",
        "visit_end",
        "检查结束后：迁林字〔2024〕11号 二（四）；任务完成后：临淄指引（二十六）4",
        choices=(("visit_end", "检查结束"), ("task_end", "抽查任务完成")),
    ),
    Setting(
        "publication_warning_days", "公示到期提醒", "table", [5, 3, 1], "本系统默认", "个工作日前"
    ),
    Setting(
        "publication_mode",
        "审核通过的结果怎样公示",
        "choice",
        "by_hand",
        "临淄指引（五）录入审核及公示；方式由本单位定，本系统默认逐件公示",
        choices=(
            ("by_hand", "公示员逐件或批量公示"),
            ("chosen_day", "公示员选定日期，到日自动公示"),
            ("at_approval", "审核通过即自动公示"),
        ),
        help="选定的日期不得晚于公示期限。自动公示的，审核员可以逐件留下不公示，转公示员办理。",
    ),
    Setting(
        "review_unit",
        "由谁审核检查结果",
        "choice",
        "authority",
        "临淄指引（五）录入审核及公示；由哪个单位审核由本单位定",
        choices=(("authority", "本单位任何审核员"), ("responsible", "责任单位的审核员")),
        help="责任单位的审核员都参加了这次检查的，由本单位其他审核员审核。",
    ),
    Setting(
        "objection_accept_workdays",
        "异议受理期限",
        "int",
        5,
        "临淄指引（二十七）未规定受理期限；本系统默认",
        "个工作日",
        help="收到后在此期限内可以书面告知不予受理；过期没有告知的视为受理，须复查。",
    ),
    Setting("recheck_workdays", "异议复查期限", "int", 20, "临淄指引（二十七）", "个工作日"),
    Setting("reply_workdays", "复查结果反馈期限", "int", 15, "临淄指引（二十七）", "个工作日"),
    Setting(
        "plan_due",
        "年度计划制定、上报、公示期限",
        "month_day",
        "01-31",
        "迁林字〔2024〕11号 二（二）；兵自然资发〔2020〕47号为3月底",
        help="月-日",
    ),
    Setting(
        "plan_warning_days", "计划期限提醒", "table", [20, 10, 5, 1], "本系统默认", "个工作日前"
    ),
    Setting("yearly_limit", "同一对象每年被抽中次数上限", "int", 2, "临淄指引（十三）", "次"),
    Setting(
        "yearly_limit_window",
        "年度次数的计算",
        "choice",
        "calendar",
        "临淄指引（十三）“一年内”",
        choices=(("calendar", "自然年"), ("rolling", "连续十二个月")),
    ),
    Setting(
        "enterprise_cap",
        "公布的每户年度检查频次上限",
        "caps",
        "A 2；B 4；C 6；D 4；其他 4",
        "国办发〔2024〕54号：各主管机关公布年度频次上限；数值参照河南省工业和信息化厅2025年频次上限表（A、B、C、D 类 2、4、6、4 次）",
        "次",
        help="全部检查都计入，投诉举报核查和复查不计；按信用分类写，例如 A 2；B 4；C 6；D 4；其他 4",
    ),
    Setting(
        "emergency_order_workdays",
        "紧急检查补办审批期限",
        "int",
        2,
        "国办发〔2024〕54号：紧急情况当场检查的，事后及时补办审批；期限为本系统默认",
        "个工作日",
        help="从检查当日起算，当日不计；逾期补办的，审批单和列表都标明。",
    ),
    Setting(
        "emergency_order_warning_days",
        "紧急检查补办审批提醒",
        "table",
        [1, 0],
        "本系统默认",
        "个工作日前",
    ),
    Setting(
        "frequent_days",
        "高频检查提醒的期间",
        "int",
        30,
        "宁波市政府令第280号：重复、高频检查预警；期间为本系统默认",
        "日",
        help="同一对象在这个期间内（前后各算）有两次以上检查的，提醒合并或改期",
    ),
    Setting(
        "frequent_left",
        "接近年度上限的提醒",
        "int",
        1,
        "国办发〔2024〕54号；剩余次数为本系统默认",
        "次",
        help="离公布的年度检查上限还差几次时提醒",
    ),
    Setting(
        "coverage_goal",
        "年度随机抽查占比",
        "decimal",
        "5",
        "涞源县自然资源和规划局2021年方案 一（三）",
        "%",
    ),
    Setting(
        "enterprise_coverage_goal", "年度抽查企业占比", "decimal", "3", "迁林字〔2024〕11号 一", "%"
    ),
    Setting(
        "risk_share_goal",
        "信用风险差异化抽查次数占比",
        "decimal",
        "85",
        "迁林字〔2024〕11号 一",
        "%",
    ),
    Setting(
        "names_in_notice", "任务公告列出抽中名单", "bool", False, "临淄指引（十七）未规定是否列名"
    ),
    Setting(
        "min_witnesses",
        "摇号监督人",
        "int",
        1,
        "永泰县2020年方案 二（三）：局办公室派人现场监督",
        "人",
    ),
    Setting(
        "witness_open_minutes",
        "监督人公布数字的时限",
        "int",
        60,
        "抽取规程 §3：监督人在规定时间内未公布的，抽取作废；时限为本系统默认",
        "分钟",
        help="从全部监督人提交承诺起算，只有一位且不用承诺时从锁定起算；过时仍未公布，可以申请作废。",
    ),
    Setting(
        "void_approver",
        "数字公布后作废的批准",
        "choice",
        "head",
        "抽取规程 §3：报上级批准，或由主要负责人批准",
        choices=(("head", "本单位主要负责人"), ("superior", "上级主管部门")),
    ),
    Setting(
        "precheck",
        "检查前预查比对",
        "choice",
        "advised",
        "临淄指引（二十六）1：检查前预查比对，确定检查方式和表单；（二十六）4：程序可以按对象删减",
        choices=(("advised", "建议，不拦"), ("required", "须完成；没有做的写明删减原因")),
    ),
    Setting(
        "advance_notice_workdays",
        "检查前预先告知企业",
        "int",
        0,
        "现行规定未要求预先告知；本系统默认不预先告知，本单位规定告知的改为天数",
        "个工作日前",
        help="0 为不预先告知，上门时送达通知书。",
    ),
    Setting("team_size", "检查组人数", "int", 2, "临淄指引（十九）：不少于2名", "人"),
    Setting(
        "visit_disclosure",
        "何时告知检查人员所去的单位",
        "choice",
        "evening_before",
        "本系统默认：防止事先通风报信；企业凭检查通知书知悉人员",
        choices=(
            ("immediately", "匹配后立即"),
            ("evening_before", "检查前一晚"),
            ("morning", "检查当天早上"),
        ),
        help="检查日期由分派员安排；未安排的按检查期首日计算。分派员和任务经办不受此限。",
    ),
    Setting(
        "visit_disclosure_hour",
        "告知检查人员的钟点",
        "int",
        18,
        "本系统默认；选“检查当天早上”的，一般改为 7",
        "时",
    ),
    Setting(
        "names_in_results",
        "公示结果列出检查人员",
        "bool",
        False,
        "兵自然资发〔2020〕47号 二（四）未要求",
    ),
    Setting(
        "separation",
        "岗位分离",
        "choice",
        "small",
        "小局按件回避；等保三级要求三权分立",
        choices=(("small", "按件分离"), ("strict", "三权分立")),
    ),
    Setting(
        "dossier_retention",
        "卷宗保管期限",
        "choice",
        "long",
        "临淄指引（三十）：一对象一档案，长期保存",
        choices=(("long", "长期"), ("permanent", "永久"), ("y30", "30年"), ("y10", "10年")),
        help="只用于以后归档的卷宗，已归档的按归档时的期限",
    ),
    Setting(
        "penalty_workdays",
        "行政处罚信息公示期限",
        "int",
        7,
        "永泰县2020年方案 二（六）（七）要求公示，未定期限；本系统默认，按本局规定核对",
        "个工作日",
        help="自作出处罚决定之日起。",
    ),
    Setting("disposal_days", "后续处置默认期限", "int", 30, "本系统默认，按个案改", "日"),
    Setting(
        "disposal_warning_days",
        "处置到期提醒",
        "table",
        [5, 3, 1, 0],
        "本系统默认",
        "个工作日前",
        help="0 为到期当天。",
    ),
    Setting(
        "disposal_escalation_days",
        "处置逾期上报",
        "table",
        [1, 5],
        "临淄指引（三十五）：不履行或者拖延的追究责任；天数为本系统默认",
        "个工作日后",
        help="逾期满第一个数的报科室负责人，满第二个数的报主要负责人；只写一个数的，不再往上报。",
    ),
    Setting("certificate_warning_days", "执法证到期提醒", "int", 60, "本系统默认", "日前"),
    Setting(
        "class_ratios",
        "信用风险分类抽查比例",
        "bands",
        "A 0-5；B 5-20；C 21-60；D 61-100",
        "大庆市林甸县分级分类监管抽查比例（A 类不超过 5%，B 类 5%–20%，C 类 21%–60%，D 类 61%–100%）",
        "%",
        help="每类的下限和上限；还可以写“未分类”和“合计”，如 合计 0-20",
    ),
    Setting(
        "tiny_pool",
        "不必摇号的小范围",
        "int",
        5,
        "本系统默认：候选不多于此数时可以全查或直接指定，并公开写明没有随机选择（抽取规程 §2）",
        "户",
    ),
    Setting(
        "at_most_at_least_one",
        "“不超过”比例算出不足 1 户时抽 1 户",
        "bool",
        True,
        "本系统默认（抽取规程 §2）",
    ),
    Setting(
        "recorded_gap_hours",
        "事后补录标记",
        "int",
        24,
        "本系统默认：申报时间与登记时间相差超过即标记",
        "小时",
    ),
    Setting(
        "photo_time_gap_minutes",
        "照片自带时间与采集时间相差过大的标记",
        "int",
        30,
        "本系统默认：照片自带的拍摄时间与登记的采集时间相差超过即标记",
        "分钟",
    ),
    Setting(
        "process_recording",
        "全过程音像记录",
        "choice",
        "none",
        "临淄指引（二十六）2：对执法全过程进行记录；哪些检查须录音录像由本单位目录规定",
        choices=(("none", "不作要求"), ("key", "重点检查事项"), ("all", "每次检查")),
        help="要求的，结束检查时没有录像或录音（传送中的也算）须删减程序并写明原因。",
    ),
    Setting(
        "recording_max_mb",
        "录音录像和大文件上限",
        "int",
        2048,
        "本系统默认",
        "MB",
    ),
    Setting("upload_keep_days", "没有传完的大文件保留", "int", 7, "本系统默认", "日"),
    Setting("sample_send_days", "抽样后送检期限", "int", 3, "本系统默认，按检测标准改", "个工作日"),
    Setting(
        "sample_result_days",
        "送检后出具结果期限",
        "int",
        15,
        "本系统默认，按委托合同改",
        "个工作日",
    ),
    Setting(
        "entry_late_days",
        "入企登记补录期限",
        "int",
        10,
        "深府规〔2025〕6号：未能当场扫码的，10 日内补录并说明原因",
        "日",
    ),
    Setting(
        "list_check_workdays",
        "执行单位核对抽中名单期限",
        "int",
        2,
        "沧州市新华区双随机抽查做法：名单由单位管理员 2 个工作日内核对确认",
        "个工作日",
    ),
    Setting(
        "contact_attempts",
        "按“无法联系”视为完成前至少联系",
        "int",
        2,
        "临淄指引（二十八）未规定次数；本系统默认",
        "次",
    ),
    *(
        Setting(
            f"reserve_{code}",
            f"{label}的对象由递补名次接替",
            "bool",
            False,
            f"临淄指引（二十八）：{settled}，不递补；抽取规程 §5：登记公示可查的原因可以设为递补",
        )
        for code, label, settled in (
            ("deregistered", "注销", "视为完成"),
            ("cancelled", "被撤销设立登记", "视为完成"),
            ("revoked", "被吊销营业执照", "视为完成"),
            ("moved_out", "迁出", "变更检查单位转交"),
        )
    ),
)
BY_KEY = {setting.key: setting for setting in CATALOGUE}


def is_valid(setting: Setting, value: Any) -> bool:
    """Whether a value has the setting's kind."""
    if setting.kind == "int":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10_000
    if setting.kind == "bool":
        return isinstance(value, bool)
    if setting.kind == "choice":
        return value in dict(setting.choices)
    if setting.kind == "decimal":
        text = str(value)
        return text.replace(".", "", 1).isdigit() and 0 <= float(text) <= 100
    if setting.kind == "bands":
        return isinstance(value, str) and bands.is_readable(value)
    if setting.kind == "caps":
        return isinstance(value, str) and caps.is_readable(value)
    if setting.kind == "month_day":
        return _is_day_of_every_year(str(value))
    return isinstance(value, list) and all(isinstance(n, int) and 0 <= n <= 366 for n in value)


def _is_day_of_every_year(text: str) -> bool:
    """MM-DD that every year has: a deadline on 30 February would stop the page that counts to it."""
    try:
        return date.fromisoformat(f"2023-{text}").strftime("%m-%d") == text
    except ValueError:
        return False


def combine(setting: Setting, own: Any, superior: Any, mode: str) -> Any:
    """The value in force for a subordinate (A94a): mandatory wins, floor and ceiling bound, default yields to one's own."""
    if superior is None:
        return setting.default if own is None else own
    if mode == "mandatory" or own is None:
        return superior
    if mode == "floor" and setting.kind in {"int", "decimal"}:
        return max(own, superior, key=float)
    if mode == "ceiling" and setting.kind in {"int", "decimal"}:
        return min(own, superior, key=float)
    return own

"""The fixed sentences of the papers of an objection, which a bureau may word its own way (A82, A83; DOMAIN E)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bureau.rules.forms import Form, Passage, define

_BASIS = "临淄指引（二十七）：收到申请之日起 20 个工作日内复查，复查后 15 个工作日内反馈"
# 发文机关代字后的文种; the application stands under the objection's own number.
MARKS = {"acceptance": "异受", "refusal": "异不受", "decision": "异复", "reply": "异馈"}


def _example(kind: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    day = date(2026, 11, 5)
    paper = {
        "kind": kind,
        "number": "示自然资异复〔2026〕2号",
        "objection": "示自然资异议〔2026〕3号",
        "authority": "示范县自然资源和规划局",
        "applicant": "示范石材有限公司",
        "contact": "0999-7000000",
        "entity": "示范石材有限公司",
        "code": "91990122MA0EXAMPL5",
        "matter": "采矿权人履行义务情况检查",
        "task": "示自然资双随机〔2026〕2号",
        "outcome": "档案、台账、标识牌或界桩不规范",
        "published_on": date(2026, 10, 20),
        "received_on": date(2026, 10, 28),
        "recheck_due_on": date(2026, 11, 25),
        "reply_due_on": date(2026, 12, 16),
        "text": "检查时界桩已经补设，请求复查。",
        "files": ["补设后的照片"],
        "registered_by": "张示例",
        "finding": "经现场复测，界桩于检查后补设，原结果无误。",
        "is_upheld": False,
        "rechecked_on": day,
        "reply": "原检查结果不变。",
        "reason": "所提内容不属于检查结果。",
        "phone": "0999-7000000",
        "address": "示范县中心路一号",
        "on": day,
    }
    return lambda form: {"paper": paper, "form": form}


def _form(kind: str, title: str, *passages: Passage) -> Form:
    return define(
        Form(
            f"objection-{kind}",
            title,
            _BASIS,
            passages,
            template="publication/documents/objection_paper.html",
            example=_example(kind),
        )
    )


FORMS = {
    "application": _form(
        "application",
        "异议申请登记表",
        Passage("foot", "表后说明", "本表由受理人员按申请人提出的内容登记，申请人材料附后。"),
    ),
    "acceptance": _form(
        "acceptance",
        "异议受理通知书",
        Passage(
            "body",
            "正文",
            "你（单位）对“{matters}”抽查结果提出的异议，本机关已于 {on} 收到，现予受理。本机关将由没有参与这次检查、审核和公示的人员复查，于 {due} 前作出复查结论，并在复查后 {days} 个工作日内书面反馈。",
            ("matters", "on", "due", "days"),
            ("due",),
        ),
        Passage("during", "复查期间", "复查期间，原结果继续公示。你（单位）可以补充提交材料。"),
    ),
    "refusal": _form(
        "refusal",
        "异议不予受理告知书",
        Passage(
            "body",
            "正文",
            "你（单位）对“{matters}”抽查结果提出的异议，本机关已于 {on} 收到。经审查，不予受理，理由如下：",
            ("matters", "on"),
        ),
        Passage(
            "remedy",
            "救济途径",
            "你（单位）可以补正材料后重新提出，也可以依法申请行政复议或者提起行政诉讼。",
        ),
    ),
    "decision": _form(
        "decision",
        "异议复查决定书",
        Passage(
            "body",
            "正文",
            "你（单位）于 {on} 对“{matters}”抽查结果提出异议。本机关指派没有参与这次检查、审核和公示的人员进行了复查，情况如下：",
            ("matters", "on"),
        ),
        Passage("upheld", "异议成立", "经复查，异议成立。原结果经主要负责人签字后更正并重新公示。"),
        Passage("rejected", "异议不成立", "经复查，异议不成立，原结果不变。"),
        Passage("remedy", "救济途径", "对本决定不服的，可以依法申请行政复议或者提起行政诉讼。"),
    ),
    "reply": _form(
        "reply",
        "异议复查结果反馈函",
        Passage(
            "body",
            "正文",
            "你（单位）对“{matters}”抽查结果提出的异议，本机关已经复查。现将复查结果反馈如下：",
            ("matters",),
        ),
    ),
}

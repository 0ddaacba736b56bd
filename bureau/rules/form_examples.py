"""Made-up words for the places of a form, so that a preview reads like a document: nobody and nothing of this is real."""

from typing import Any


class Many(list[Any]):
    """Made-up rows where a template asks a manager for `.all`."""

    def all(self) -> "Many":
        return self


EXAMPLES = {
    "unit": "示例执法大队",
    "entity": "示例县青石矿业有限公司",
    "code": "91990122MA0EXAMPLE",
    "task": "示例抽查〔2026〕3号",
    "task_name": "矿产资源开发利用情况抽查",
    "visit": "示例抽查〔2026〕3号-07",
    "matters": "矿产资源开发利用情况检查",
    "days": "15",
    "due": "2026年12月4日",
    "window_from": "2026年11月2日",
    "window_to": "2026年11月20日",
    "year": "2026",
    "count": "3",
    "period": "2026年11月1日至2026年11月20日",
    "to": "示例市自然资源和规划局",
    "names": "不列",
    "team_size": "2",
    "origin": "年度计划第 3 项",
    "plan": "示例县自然资源和规划局2026年度抽查工作计划",
    "number": "1",
    "moved_on": "2026年10月12日",
    "old_address": "示例县北山镇青石沟村",
    "new_address": "示例市河东区工业路8号",
    "reason": "住所迁至示例市河东区",
    "person": "示例人员",
    "contact": "示例联系人",
    "phone": "0999-1234567",
    "on": "2026年11月21日",
}

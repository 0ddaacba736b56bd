"""任务下达单 and 递补抽取记录 as Word documents, from what the PDF prints."""

from typing import Any

from bureau.services.documents import Table, docx


def task_order(found: dict[str, Any]) -> bytes:
    form, on = found["form"], found["on"]
    rows = [
        (str(n), r["visit"], r["name"], r["code"] or "–", r["matters"], r["window"], r["team"])
        for n, r in enumerate(found["rows"], 1)
    ]
    heads = ("序号", "检查编号", "检查对象", "统一社会信用代码", "检查事项", "检查期", "检查人员")
    return docx(
        title=form["title"],
        number=found["number"],
        blocks=[
            f"{found['unit']}：",
            form["passages"]["order"],
            form["passages"]["duties"],
            Table(heads, rows),
        ],
        signature=[found["authority"], f"{on.year}年{on.month}月{on.day}日" if on else ""],
        is_wide=True,
    )

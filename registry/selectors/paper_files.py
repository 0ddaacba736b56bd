"""随机抽查事项清单 as a Word document to go on editing, from what the PDF prints."""

from typing import Any

from bureau.services.documents import Table, docx

HEADS = ("序号", "抽查事项", "检查对象", "事项类别", "抽查内容", "检查方式", "检查主体", "检查依据", "抽查比例和频次")  # fmt: skip


def matter_list(found: dict[str, Any]) -> bytes:
    form, on = found["form"], found["on"]
    rows = [
        (
            str(n), r["name"], r["object_text"], r["category"], r["content"], r["methods"], r["body"], r["basis"], r["ratio"] or "–",
        )
        for n, r in enumerate(found["rows"], 1)
    ]  # fmt: skip
    return docx(
        title=form["title"],
        blocks=[
            f"填报单位：{found['authority']}　填报人：{found['filled_by']}",
            Table(HEADS, rows),
            form["passages"]["note"],
        ],
        signature=[found["authority"], f"{on.year}年{on.month}月{on.day}日"],
        is_wide=True,
    )

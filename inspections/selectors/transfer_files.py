"""The written notice of a transfer as a Word document (A71: 书面通知)."""

from typing import Any

from bureau.services.documents import docx


def as_docx(notice: dict[str, Any]) -> bytes:
    """From the same frozen content as the PDF, with its dates read."""
    code = f"（{notice['code']}）" if notice["code"] else ""
    return docx(
        title="双随机抽查检查单位变更转交通知",
        number=notice["number"],
        blocks=[
            f"{notice['to']}：",
            f"{notice['entity']}{code}系{'、'.join(notice['tasks'])}抽中的检查对象，检查编号 {notice['visit']}，"
            f"检查期 {notice['window_from']:%Y年%-m月%-d日} 至 {notice['window_to']:%Y年%-m月%-d日}。",
            f"该对象已于 {notice['moved_on']:%Y年%-m月%-d日} 由 {notice['old_address'] or '原登记住所'} 迁至 {notice['new_address']}。{notice['reason']}",
            f"按照抽查期间检查对象迁入、迁出的由迁入地单位检查的规定，经批准，现将该对象的检查转交你单位。检查事项：{'、'.join(notice['matters'])}。检查期不变，请及时安排人员检查，并按规定录入、公示结果。",
        ],
        signature=[
            notice["from_authority"],
            f"{notice['on']:%Y年%-m月%-d日}",
        ],
    )

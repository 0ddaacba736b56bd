"""The written notice of a transfer as a Word document (A71: 书面通知)."""

from typing import Any

from bureau.services.documents import docx


def as_docx(notice: dict[str, Any]) -> bytes:
    """From the same frozen content and wording as the PDF."""
    on = notice["on"]
    return docx(
        title=notice["form"]["title"],
        number=notice["number"],
        blocks=[f"{notice['to']}：", *notice["form"]["passages"].values()],
        signature=[notice["from_authority"], f"{on.year}年{on.month}月{on.day}日"],
    )

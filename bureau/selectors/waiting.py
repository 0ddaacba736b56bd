"""What waits for a person: the rows of the 工作台, offered by each app and composed there."""

from dataclasses import dataclass
from datetime import date

from bureau.selectors.calendar import Due


@dataclass(frozen=True)
class WaitingItem:
    verb: str  # what to do: 审核检查结果
    url: str
    st: str  # wait run soon bad done lock off
    word: str  # the state in words
    subject: str
    note: str
    module: str  # 任务与摇号 | 检查 | 公示 | 处置 | 一单两库 | 计划 | 异议
    since: date | None = None
    due: Due | None = None

    @property
    def order(self) -> tuple[int, str]:
        """Late first, then by what is left; without a deadline last."""
        return (self.due.days_left if self.due else 10_000, self.subject)

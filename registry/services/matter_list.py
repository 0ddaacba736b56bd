"""The list in force has changed: an outbox row says so, and the public site makes the next version of it (A07, A09)."""

from bureau.ids import uuid7
from bureau.models import Agency
from bureau.services import outbox

KIND = "public.matter_list"


def announce(*, authority: Agency) -> None:
    """Call it in the transaction that changes the list. Several at once make one version: the list is read when delivered."""
    outbox.put(
        kind=KIND,
        key=f"{KIND}:{authority.pk}:{uuid7()}",
        label=f"抽查事项清单：{authority.name}",
        authority=authority,
        payload={"authority": authority.pk},
    )

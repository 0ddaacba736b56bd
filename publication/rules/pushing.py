"""What a pushed record says, how it is signed, and where it may go. Pure."""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

PORTS = {"https": 443, "http": 80}
# (path in the published content, what it is): offered when a platform's fields are matched with ours.
PATHS = (
    ("entity.name", "检查对象名称"),
    ("entity.code", "统一社会信用代码"),
    ("entity.kind", "主体类别"),
    ("matter.name", "抽查事项"),
    ("matter.code", "事项编码"),
    ("task.number", "任务编号"),
    ("task.name", "任务名称"),
    ("unit.name", "检查单位"),
    ("authority.name", "实施机关"),
    ("authority.code", "实施机关编码"),
    ("region.code", "行政区划代码"),
    ("visit", "检查编号"),
    ("inspected_on", "检查日期"),
    ("methods", "检查方式"),
    ("outcome", "检查结果"),
    ("outcome_codes", "检查结果代码"),
    ("found_problem", "是否发现问题"),
    ("published_on", "公示日期"),
    ("record.id", "公示记录编号"),
    ("record.version", "版本"),
    ("record.sha256", "内容指纹"),
    ("record.title", "标题"),
    ("penalty.number", "处罚决定书文号"),
    ("penalty.authority", "处罚机关"),
    ("penalty.kind", "处罚种类"),
    ("penalty.fact", "违法事实"),
    ("penalty.basis", "处罚依据"),
    ("penalty.content", "处罚内容"),
    ("penalty.amount", "罚款金额"),
    ("penalty.decided_on", "处罚决定日期"),
    ("listed.as", "列入名单"),
    ("listed.until", "列入至"),
)
# The columns of a package where the platform has none of its own.
STANDARD = (
    ("企业名称", "entity.name"),
    ("统一社会信用代码", "entity.code"),
    ("抽查任务编号", "task.number"),
    ("抽查任务名称", "task.name"),
    ("抽查事项", "matter.name"),
    ("检查机关", "unit.name"),
    ("检查日期", "inspected_on"),
    ("检查结果", "outcome"),
    ("公示日期", "published_on"),
    ("公示记录编号", "record.id"),
    ("版本", "record.version"),
)
PENALTIES = (
    ("当事人名称", "entity.name"),
    ("统一社会信用代码", "entity.code"),
    ("处罚决定书文号", "penalty.number"),
    ("处罚机关", "penalty.authority"),
    ("处罚种类", "penalty.kind"),
    ("违法事实", "penalty.fact"),
    ("处罚依据", "penalty.basis"),
    ("处罚内容", "penalty.content"),
    ("处罚决定日期", "penalty.decided_on"),
    ("公示日期", "published_on"),
    ("公示记录编号", "record.id"),
)


@dataclass(frozen=True)
class Address:
    """Where a POST goes, taken apart once so that nothing reads the text differently later."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def read_address(url: str) -> Address | None:
    """None when this is no plain http(s) address: credentials, fragments and odd characters are refused."""
    if any(ord(sign) <= 32 or ord(sign) > 126 or sign in '\\"<>' for sign in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or parts.fragment:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, parts.hostname.lower(), port or PORTS[parts.scheme], path)


def url_problem(url: str, allowed: Collection[str]) -> str | None:
    """Why nothing may be sent there; None when it may. `allowed`: "host[:port]" for HTTPS, "http://host[:port]" for plain HTTP."""
    address = read_address(url)
    if address is None:
        return "接口地址认不出。请填写完整的网址，例如 https://platform.example.gov.cn/api/results，不带账号口令。"
    if address.origin in {_origin(entry) for entry in allowed}:
        return None
    return (
        f"接口地址 {address.scheme}://{address.host}:{address.port} 不在允许推送的地址之内。"
        "请由运维人员在环境变量 PUSH_HOSTS 中加入后再登记。"
    )


def _origin(entry: str) -> str:
    found = read_address(entry if "://" in entry else f"https://{entry}")
    return found.origin if found else ""


def value_at(content: Mapping[str, Any], path: str) -> Any:
    """What stands at "entity.name"; an empty text where nothing does."""
    found: Any = content
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return "" if found is None else found


def mapped(
    content: Mapping[str, Any], record: Mapping[str, Any], mapping: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """The platform's field names with our values; `record` answers to "record.…"."""
    whole = {**content, "record": record}
    return {theirs: value_at(whole, path) for theirs, path in mapping}


def words(value: Any) -> str:
    """A value as a cell shows it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(words(one) for one in value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def body(
    *,
    key: str,
    what: str,
    content: Mapping[str, Any],
    record: Mapping[str, Any],
    mapping: Sequence[Sequence[str]],
) -> bytes:
    """What is sent, the same bytes every time: sorted JSON. Without a mapping the published content as it is."""
    message: dict[str, Any] = {"schema": 1, "key": key, "kind": what, "record": dict(record)}
    if mapping:
        message["fields"] = mapped(content, record, mapping)
    else:
        message["content"] = dict(content)
    return json.dumps(message, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signature(secret: str, *, at: int, key: str, content: bytes) -> str:
    """HMAC-SHA256 over the moment, the idempotency key and the digest of the body."""
    text = f"{at}\n{key}\n{hashlib.sha256(content).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: str, *, at: int, key: str, content: bytes, given: str) -> bool:
    expected = signature(secret, at=at, key=key, content=content)
    return hmac.compare_digest(expected.encode(), given.encode())

"""The open data's columns, written once: the data dictionary, the CSV, the JSON and both machine-readable descriptions read this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    key: str  # in JSON
    label: str  # in CSV
    meaning: str
    field: str  # of PublicEntry
    kind: str = "string"  # string, uuid, date, datetime, boolean, sha256
    may_be_empty: bool = False


COLUMNS = (
    Column("id", "公示编号", "固定不变；结果页地址为 /results/公示编号/", "pk", "uuid"),
    Column("entity", "检查对象", "登记名称；自然人只留姓", "entity_name"),
    Column(
        "code",
        "统一社会信用代码或其他公开编码",
        "自然人为空",
        "entity_code",
        may_be_empty=True,
    ),
    Column("matter", "抽查事项", "检查时执行的事项名称", "matter_name"),
    Column("task", "任务编号", "抽查任务的编号", "task_number"),
    Column("unit", "检查单位", "实施检查的单位", "unit_name"),
    Column("region_code", "行政区划代码", "GB/T 2260", "region_code", may_be_empty=True),
    Column("region", "行政区划", "检查对象所在地", "region_name", may_be_empty=True),
    Column(
        "inspected_on",
        "检查日期",
        "检查结束的日期，年-月-日",
        "inspected_on",
        "date",
        may_be_empty=True,
    ),
    Column("outcome", "检查结果", "统一的结果用语；多项以“；”分隔", "outcome_text"),
    Column(
        "found_problem", "发现问题", "是或否；JSON 为 true 或 false", "found_problem", "boolean"
    ),
    Column("corrected", "曾更正", "是或否；JSON 为 true 或 false", "is_corrected", "boolean"),
    Column("published_at", "公示时间", "首次公示的时间，+08:00", "published_at", "datetime"),
    Column(
        "sha256",
        "公示内容 SHA-256",
        "与结果页上的指纹一致；内容原文可在结果页下载",
        "record__sha256",
        "sha256",
    ),
)
KIND_WORDS: Mapping[str, str] = {
    "string": "文字",
    "uuid": "UUID",
    "date": "日期",
    "datetime": "时间",
    "boolean": "是否",
    "sha256": "64 位十六进制",
}
_JSON: Mapping[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
_CSVW: Mapping[str, Any] = {
    "string": "string",
    "uuid": "string",
    "date": {"base": "date", "format": "yyyy-MM-dd"},
    "datetime": "dateTime",
    "boolean": {"base": "boolean", "format": "是|否"},
    "sha256": {"base": "string", "format": "[0-9a-f]{64}"},
}


def json_schema(address: str, outcomes: Mapping[str, str]) -> dict[str, Any]:
    """JSON Schema (2020-12) of results.json; `outcomes`: code → label, the words that `outcome` is made of."""
    properties: dict[str, Any] = {
        column.key: _JSON[column.kind] | {"title": column.label, "description": column.meaning}
        for column in COLUMNS
    }
    properties["inspected_on"]["type"] = ["string", "null"]
    properties["outcome"]["x-terms"] = list(outcomes.values())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": "双随机、一公开抽查结果",
        "type": "object",
        "required": ["generated_at", "results"],
        "properties": {
            "generated_at": {"type": "string", "format": "date-time", "title": "生成时间"},
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": [column.key for column in COLUMNS],
                    "properties": properties,
                },
            },
        },
    }


def csvw(address: str) -> dict[str, Any]:
    """CSV on the Web metadata (W3C) of results.csv at `address`."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh-CN"}],
        "url": address,
        "dc:title": "双随机、一公开抽查结果",
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ",", "quoteChar": '"'},
        "tableSchema": {
            "primaryKey": "id",
            "columns": [
                {
                    "name": column.key,
                    "titles": column.label,
                    "dc:description": column.meaning,
                    "datatype": _CSVW[column.kind],
                    "required": not column.may_be_empty,
                }
                for column in COLUMNS
            ],
        },
    }

"""The open data's columns, written once: the data dictionary, the CSV and the JSON read this table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    key: str  # in JSON
    label: str  # in CSV
    meaning: str
    field: str  # of PublicEntry


COLUMNS = (
    Column("id", "公示编号", "固定不变；结果页地址为 /results/公示编号/", "pk"),
    Column("entity", "检查对象", "登记名称；自然人只留姓", "entity_name"),
    Column("code", "统一社会信用代码或其他公开编码", "自然人为空", "entity_code"),
    Column("matter", "抽查事项", "检查时执行的事项名称", "matter_name"),
    Column("task", "任务编号", "抽查任务的编号", "task_number"),
    Column("unit", "检查单位", "实施检查的单位", "unit_name"),
    Column("region_code", "行政区划代码", "GB/T 2260", "region_code"),
    Column("region", "行政区划", "检查对象所在地", "region_name"),
    Column("inspected_on", "检查日期", "检查结束的日期，年-月-日", "inspected_on"),
    Column("outcome", "检查结果", "统一的结果用语；多项以“；”分隔", "outcome_text"),
    Column("found_problem", "发现问题", "是或否；JSON 为 true 或 false", "found_problem"),
    Column("corrected", "曾更正", "是或否；JSON 为 true 或 false", "is_corrected"),
    Column("published_at", "公示时间", "首次公示的时间，+08:00", "published_at"),
    Column(
        "sha256",
        "公示内容 SHA-256",
        "与结果页上的指纹一致；内容原文可在结果页下载",
        "record__sha256",
    ),
)

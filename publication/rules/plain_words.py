"""What a coded result or measure means, one sentence each, for people who are not officials (A78, A94, A111).

The coded label stays beside it: the sentence explains, it does not replace. Nothing here says more than the code does.
"""

from collections.abc import Collection, Mapping

from registry.rules.outcomes import DISPOSALS, OUTCOMES

# Outcome code → what it means. Every code of registry.rules.outcomes has one.
OUTCOME_WORDS: Mapping[str, str] = {
    "1": "检查人员按检查表逐项核对，没有发现不符合规定的地方。",
    "E": "检查时发现了问题，被检查单位已经按要求改正。",
    "B": "依法应当向社会公布的信息，没有按规定公布。",
    "C": "向社会公布的信息与实际情况不符。",
    "8": "被检查单位不配合检查，情节严重，检查没有能够正常进行。",
    "F": "到场检查，没有看到这次要检查的经营活动，所以没有可以判断的内容。",
    "7": "被检查单位已经停业、关闭，或者正在清算。",
    "6": "按登记的地址找不到这家单位，也联系不上。这不等于查出了违法行为。",
    "9": "这家单位已经办理注销，不再经营，没有再作检查。",
    "10": "这家单位已经被吊销，没有再作检查。",
    "11": "这家单位的登记已经被撤销，没有再作检查。",
    "12": "这家单位已经迁到别处，由迁入地的单位检查。",
    "N01": "没有取得采矿、探矿等许可，或者超出了许可的范围，由有关单位依法处理。",
    "N02": "没有按批准的方案勘查或者开采，由有关单位依法处理。",
    "N03": "没有按要求修复矿区生态或者复垦土地，由有关单位依法处理。",
    "N04": "应当交的地质资料、储量报告或者年度报告没有按规定交。",
    "N05": "占用土地没有经过批准，或者占得比批准的多，由有关单位依法处理。",
    "N06": "土地没有按批准的用途使用，或者临时用地到期没有恢复，由有关单位依法处理。",
    "N07": "没有取得规划许可，或者没有按许可建设，由有关单位依法处理。",
    "N08": "改变了林地、草地、湿地的用途，或者毁坏了植被，由有关单位依法处理。",
    "N09": "没有按采伐许可采伐，或者采伐后没有补种，由有关单位依法处理。",
    "N10": "经营木材、种苗或者野生动物，没有办许可、备案或者没有记台账，由有关单位依法处理。",
    "N11": "植物检疫手续不全，或者调运时没有经过检疫，由有关单位依法处理。",
    "N12": "测绘的资质、成果或者地图不符合规定，由有关单位依法处理。",
    "N13": "防治地质灾害的措施没有落实，由有关单位依法处理。",
    "N14": "发现了属于其他部门管的问题，已告知该部门。",
    "N15": "档案、台账、标识牌或者界桩不规范。",
    "A": "发现了其他问题，正在由有关单位依法处理；处理完毕后另行公布。",
}

# Measure code → what the public reads once it is closed; what is not here is internal and never shown.
MEASURE_WORDS: Mapping[str, str] = {
    "rectify": "已责令改正，改正情况已经核实",
    "daily": "已交日常监管单位依法处理完毕",
    "case": "已移送办案机构，办案机构已经处理",
    "notify": "已告知有关部门，有关部门已经答复",
    "judicial": "已依法移送有关机关",
    "transfer": "已转交迁入地监管单位",
    "other": "已处理完毕",
}

# A measure that ended otherwise than by being carried out: nothing is called put right that was not (A85).
ENDING_WORDS: Mapping[str, str] = {
    "escalate": "责令改正以后没有改正，已移送办案机构依法处理",
    "stop": "经负责人批准，不再继续处理",
}


def outcome_sentences(codes: Collection[str]) -> list[str]:
    """One sentence per result in the order of the list, each once; unknown codes are left out."""
    found = [OUTCOME_WORDS[code] for code in OUTCOMES if code in codes]
    return list(dict.fromkeys(found))


def measure_sentence(code: str, ending: str = "") -> str:
    """What the public reads of a closed measure; empty where it is nobody else's business. `ending`: of ENDING_WORDS."""
    words = MEASURE_WORDS.get(code, "") if code in DISPOSALS else ""
    return ENDING_WORDS.get(ending, words) if words else ""

"""What happened in a draw and when, told for somebody who has never seen one; and what is promised of it (DRAW §3, §4).

Witnesses stand here by office, the organiser by unit: names of persons are for the record in the file, not for this page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from bureau.models import Notification
from planning.models import Draw


@dataclass(frozen=True)
class Step:
    title: str
    at: datetime | None
    text: str
    why: str
    is_bad: bool = False


def summary(draw: Draw, is_revealed: bool) -> str:
    """The whole draw in three or four sentences."""
    events = {event.kind: event for event in draw.events.all()}
    witnesses = list(draw.sitting.witnesses.all())
    counts = draw.counts
    said = [f"{_moment(draw.locked_at)}，{draw.unit.name}锁定了名单并公布它的指纹：{_size(draw)}。"]
    if witnesses:
        offices = "、".join(dict.fromkeys(w.capacity_text for w in witnesses))
        said.append(f"在场监督 {len(witnesses)} 位，来自：{offices}。")
    if draw.sitting.beacon_source != "none":
        said.append(f"另用一个公共随机数：{draw.sitting.get_beacon_source_display()}。")
    if "computed" in events:
        drawn = sum(stratum["k"] for stratum in counts.get("strata", []))
        what = (
            f"从 {counts.get('candidates', 0):,} 家候选中抽出 {drawn:,} 家"
            if draw.kind == Draw.Kind.ENTITIES
            else f"给 {counts.get('visits', 0):,} 次检查匹配了人员"
        )
        said.append(f"{_moment(events['computed'].at)}，{what}。")
    if "voided" in events:
        reason = events["voided"].detail.get("reason", "")
        said.append(f"{_moment(events['voided'].at)}，这次抽取作废，不作数，原因：{reason}。")
    elif not is_revealed:
        said.append("名单尚未公开，本页不显示其中任何内容。")
    return "".join(said)


def promise(draw: Draw) -> str:
    """What is promised of this draw, in the words of DRAW §4."""
    witnesses = list(draw.sitting.witnesses.all())
    if draw.sitting.beacon_source != "none":
        return (
            "用了公共随机数：即使没有一位监督人诚实，只要您在公共随机数产生之前已经拿到公告指纹 A"
            + ("和 witness.txt 的指纹" if witnesses else "")
            + "，就没有人能左右结果。"
        )
    if len(witnesses) == 1:
        return "只有一位监督人：只要这一位诚实，并且手里有锁定单，就没有人能左右结果。"
    text = "只要监督人当中有一位诚实、用的是本人的设备，并且手里有锁定单，就没有人能左右结果。"
    if all(w.committed_at and (w.server_made or not w.own_device) for w in witnesses):
        text += (
            "这一次没有一位监督人用本人的设备：封存值只能防别的监督人，防不了主持摇号的一方，"
            "所以这次的保证以主持方诚实为前提。"
        )
    return text


def steps(draw: Draw, is_revealed: bool) -> list[Step]:
    """Each step with its time; what the protocol asks for and has not happened yet has none."""
    events = {event.kind: event for event in draw.events.all()}
    told = [_locked(draw), _sealed_nonce(draw), *_slip(draw), *_superior_told(draw)]
    witnesses = list(draw.sitting.witnesses.all())
    told += _contributions(draw, events, witnesses)
    if "computed" in events:
        told.append(
            Step(
                "计算",
                events["computed"].at,
                f"以上数字合成种子，给每一{'家' if draw.kind == 'entities' else '名检查人员'}算出一个号，从小到大排定。",
                "报数之后没有任何人能再作选择；程序和数据库各算一遍，不一致就不予登记。",
            )
        )
    if "voided" in events:
        reason = events["voided"].detail.get("reason", "")
        told.append(
            Step(
                "作废",
                events["voided"].at,
                f"这次抽取不作数。原因：{reason}",
                "作废的抽取留在这里，任何人都能看到当时抽出了什么。",
                is_bad=True,
            )
        )
    told.append(_reveal_step(draw, events.get("revealed")))
    return told


def _contributions(draw: Draw, events: Mapping[str, Any], witnesses: Sequence[Any]) -> list[Step]:
    told = []
    if "committed" in events:
        devices = "；".join(_device(w) for w in witnesses)
        told.append(
            Step(
                "监督人先封存",
                events["committed"].at,
                f"{len(witnesses)} 位监督人各自封存了数字，封存值写入 witness.txt。{devices}。",
                "全部封存之后才一起打开，谁也不能看了别人的数字再定自己的；主持摇号的人不参加。",
            )
        )
    if "opened" in events:
        said = "；".join(f"{w.capacity_text}：{w.digits}" for w in witnesses if w.digits)
        text = f"{said}。" if "computed" in events else "数字已经全部公布，计算完成后列在这里。"
        told.append(Step("监督人报数", events["opened"].at, text, "数字由骰子或摇号球当场得出。"))
    if "beacon" in events:
        sitting = draw.sitting
        told.append(
            Step(
                "公共随机数",
                events["beacon"].at,
                f"{sitting.get_beacon_source_display()}，第 {sitting.beacon_round} 期，公告里事先写明。",
                "它在名单锁定之后才产生，所有人看到的都一样，任何人都不能提前知道。",
            )
        )
    return told


def _locked(draw: Draw) -> Step:
    if draw.kind == Draw.Kind.ENTITIES:
        why = "两份名单连同比例、规则合成一个指纹 A，当场公布，并印在锁定单上交给监督人。此后谁改一个字，指纹就对不上。"
    else:
        why = "要匹配哪些检查、哪些人能去、谁须回避，都在报数之前固定下来，合成一个指纹 A，公布并印在锁定单上。"
    return Step("锁定名单，发布公告", draw.locked_at, f"{_size(draw)}。", why)


def _size(draw: Draw) -> str:
    counts = draw.counts
    if draw.kind == Draw.Kind.ENTITIES:
        n, out = counts.get("candidates", 0), counts.get("excluded", 0)
        return f"符合范围的 {n + out:,} 家分成两份，{n:,} 家候选，{out:,} 家排除"
    return (
        f"{counts.get('visits', 0):,} 次检查、{counts.get('inspectors', 0):,} 名检查人员、"
        f"{counts.get('conflicts', 0):,} 条回避"
    )


def _sealed_nonce(draw: Draw) -> Step:
    return Step(
        "系统先交底",
        draw.locked_at,
        "系统自己的随机数先封存，公告里只有它的指纹。",
        "这样系统不能在看到别人的数字之后再改自己的。",
    )


def _slip(draw: Draw) -> list[Step]:
    """锁定单, printed and handed over before any digit is given; a sitting that is not held yet has none."""
    sitting = draw.sitting
    at = sitting.slip_handed_at or sitting.slip_printed_at
    if at is None:
        return []
    done = "交到监督人手里" if sitting.slip_handed_at else "打印"
    return [
        Step(
            "锁定单",
            at,
            f"印有指纹 A 和二维码的锁定单在报数之前{done}。",
            "谁手里有这张纸，谁就能证明名单在报数之前是什么样。",
        )
    ]


def _superior_told(draw: Draw) -> list[Step]:
    """A in the superior's hands before any digit is given; reading the notice is the receipt (DRAW §3)."""
    sent = Notification.objects.filter(key=f"draw.locked:{draw.pk}").order_by("created_at").first()
    if sent is None:
        return []
    read = (
        Notification.objects.filter(key=f"draw.locked:{draw.pk}", read_at__isnull=False)
        .order_by("read_at")
        .values_list("read_at", flat=True)
        .first()
    )
    opened = next((event.at for event in draw.events.all() if event.kind == "opened"), None)
    if read is None:
        receipt = "尚未签收"
    elif opened and read > opened:
        receipt = f"{_moment(read)}签收，已在报数之后"
    else:
        receipt = f"{_moment(read)}已签收"
    return [
        Step(
            "指纹送上级",
            sent.created_at,
            f"公告指纹 A 已发给上级主管部门，{receipt}。",
            "本单位以外还有人拿着指纹，事后就换不掉。",
        )
    ]


def _device(witness: Any) -> str:
    where = "本人设备" if witness.own_device else "操作人的设备"
    by_server = "，封存值由服务器代算" if witness.server_made else ""
    return f"{witness.capacity_text}用{where}{by_server}"


def _reveal_step(draw: Draw, event: Any) -> Step:
    if event is not None:
        return Step("公开", event.at, "结果、种子和全部文件在本页公布。", "")
    if draw.reveal == "deferred" and draw.reveal_by:
        text = f"名单和结果在任务完成时公开，最迟 {draw.reveal_by:%Y年%-m月%-d日}。"
    else:
        text = "计算完成后公开名单和结果；如会泄露另一次尚未公开的抽取，则等那一次公开之后。"
    return Step("公开", None, text, "尚未公开之前，本页不显示任何名单内容。")


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y年%-m月%-d日 %H:%M}"

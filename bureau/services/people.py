"""Accounts, seats and rule settings: each change with its event."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, Membership, Role, RuleSetting, User
from bureau.rules.setting_catalogue import BY_KEY, is_valid
from bureau.selectors import people as who
from bureau.selectors import rule_settings


def create(
    *, actor: User, authority: Agency, username: str, full_name: str, phone: str, password: str
) -> User:
    """A new account that must change its password at the first sign-in. Raises Forbidden, RuleError."""
    require(actor, authority.pk, Role.SYSTEM_ADMIN)
    with transaction.atomic():
        if User.objects.filter(username__iexact=username).exists():
            raise RuleError(f"账号 {username} 已有人使用，请换一个。")
        user = User.objects.create_user(
            username=username,
            full_name=full_name,
            phone=phone,
            password=password,
            must_change_password=True,
        )
        audit.record(
            "user.created",
            f"建立账号：{full_name}（{username}）",
            target=user,
            actor=actor,
            authority=authority,
        )
        return user


def give_seat(*, actor: User, person: User, agency: Agency, role: str) -> Membership:
    """Gives a role at a unit. A division's administrator may do so only for inspectors of that division (A24)."""
    _may_seat(actor, agency, role)
    if person.pk == actor.pk:
        raise Forbidden("不能给自己增加角色，请由另一位管理员办理。")
    with transaction.atomic():
        seat, is_new = Membership.objects.get_or_create(
            user=person, agency=agency, role=role, defaults={"from_on": timezone.localdate()}
        )
        if not is_new and seat.to_on is None:
            raise Conflict(f"{person.full_name}在{agency.name}已经是{seat.get_role_display()}。")
        if not is_new:
            seat.from_on, seat.to_on = timezone.localdate(), None
            seat.save(update_fields=["from_on", "to_on"])
        _check_separation(person, agency.authority)
        audit.record(
            "seat.given",
            f"{person.full_name}任{agency.name}{seat.get_role_display()}",
            target=person,
            actor=actor,
            authority=agency.authority,
            about=[agency],
        )
        return seat


def end_seat(*, actor: User, seat: Membership) -> None:
    """Ends a role today; the row stays, so that the trail's roles can be explained."""
    _may_seat(actor, seat.agency, seat.role)
    with transaction.atomic():
        row = Membership.objects.select_for_update().get(pk=seat.pk)
        if row.to_on is not None:
            raise Conflict("这个角色已经结束。")
        if row.role == Role.SYSTEM_ADMIN and not _others_admin(row):
            raise RuleError("这是本单位最后一位系统管理员，不能结束。请先指定另一位。")
        today = timezone.localdate()
        if row.from_on >= today:
            row.delete()
        else:
            row.to_on = today - timedelta(days=1)
            row.save(update_fields=["to_on"])
        audit.record(
            "seat.ended",
            f"{row.user.full_name}不再任{row.agency.name}{row.get_role_display()}",
            target=row.user,
            actor=actor,
            authority=row.agency.authority,
            about=[row.agency],
        )


def reset_password(*, actor: User, person: User, authority: Agency, password: str) -> None:
    """A new first password; the person must change it.

    Raises Forbidden for an account that somebody else answers for too: who knows the password could act for them there.
    """
    require(actor, authority.pk, Role.SYSTEM_ADMIN)
    _require_ours(person, authority)
    with transaction.atomic():
        person.set_password(password)
        person.must_change_password = True
        person.save(update_fields=["password", "must_change_password"])
        audit.record(
            "user.password_reset",
            f"重置密码：{person.full_name}",
            target=person,
            actor=actor,
            authority=authority,
        )


def set_active(*, actor: User, person: User, authority: Agency, is_active: bool) -> None:
    """Stops an account, or opens it again."""
    require(actor, authority.pk, Role.SYSTEM_ADMIN)
    if person.pk == actor.pk:
        raise Forbidden("不能停用自己的账号，请由另一位管理员办理。")
    _require_ours(person, authority)
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=person.pk)
        if row.is_active == is_active:
            raise Conflict("账号已经是这个状态。")
        row.is_active = is_active
        row.save(update_fields=["is_active"])
        audit.record(
            "user.activated" if is_active else "user.stopped",
            f"{'启用' if is_active else '停用'}账号：{row.full_name}",
            target=row,
            actor=actor,
            authority=authority,
        )


def change_password(*, person: User, password: str) -> None:
    """One's own password."""
    with transaction.atomic():
        person.set_password(password)
        person.must_change_password = False
        person.save(update_fields=["password", "must_change_password"])
        audit.record(
            "user.password_changed",
            "修改本人密码",
            target=person,
            actor=person,
            authority=person.home,
        )


def change_profile(*, person: User, phone: str, email: str) -> None:
    """One's own ways of being reached."""
    with transaction.atomic():
        person.phone, person.email = phone, email
        person.save(update_fields=["phone", "email"])
        audit.record(
            "user.profile_changed",
            "修改本人联系方式",
            target=person,
            actor=person,
            authority=person.home,
        )


def put_setting(
    *,
    actor: User,
    authority: Agency,
    key: str,
    year: int | None,
    value: Any,
    mode: str,
    citation: str,
) -> RuleSetting:
    """Sets a rule for this authority, with its citation. Raises RuleError where the superior's rule does not allow it (A94a)."""
    require(actor, authority.pk, Role.SYSTEM_ADMIN)
    setting = BY_KEY[key]
    if not is_valid(setting, value):
        raise RuleError(f"“{setting.label}”的取值不对，请按说明重新填写。")
    if not citation.strip():
        raise RuleError("请写明依据：文件名称、文号和条款。")
    with transaction.atomic():
        row, is_new = RuleSetting.objects.select_for_update().get_or_create(
            authority=authority,
            year=year,
            key=key,
            defaults={"value": value, "mode": mode, "citation": citation, "set_by": actor},
        )
        before = None if is_new else row.value
        row.value, row.mode, row.citation, row.set_by = value, mode, citation, actor
        row.save()
        in_force = rule_settings.all_for(authority, year or timezone.localdate().year)[key]
        if in_force.value != value:
            raise RuleError(
                f"上级的规定是“{in_force.value}”（{in_force.origin}，{in_force.citation}），本单位不能设为“{value}”。"
            )
        audit.record(
            "setting.changed",
            f"规则设置：{setting.label}",
            target=row,
            actor=actor,
            authority=authority,
            detail={"year": year, "before": before, "after": value, "citation": citation},
        )
        return row


def _require_ours(person: User, authority: Agency) -> None:
    if not who.is_ours_alone(person, authority):
        raise Forbidden(
            f"{person.full_name}的账号还在其他单位任职或属于平台运维，不能由本单位重置密码或停用。"
            "请结束其在本单位的角色，或联系平台运维。"
        )


def _may_seat(actor: User, agency: Agency, role: str) -> None:
    if actor.has_role_at(agency.authority_id, Role.SYSTEM_ADMIN):
        return
    own = any(s.role == Role.DIVISION_ADMIN and s.agency_id == agency.pk for s in actor.seats)
    if own and role == Role.INSPECTOR:
        return
    raise Forbidden("角色由本单位系统管理员管理；内设机构管理员只能管理本科室的检查人员。")


def _check_separation(person: User, authority: Agency | None) -> None:
    """三权分立: with separation = strict, administrator, publisher of security and audit are different people."""
    year = timezone.localdate().year
    if authority is None or rule_settings.value_of("separation", authority, year) != "strict":
        return
    roles = set(
        Membership.objects.filter(user=person, to_on__isnull=True).values_list("role", flat=True)
    )
    if Role.SYSTEM_ADMIN in roles and Role.AUDITOR in roles:
        raise RuleError("本单位实行三权分立：系统管理员与审计监督不能是同一人。")
    if Role.SYSTEM_ADMIN in roles and roles - {Role.SYSTEM_ADMIN}:
        raise RuleError("本单位实行三权分立：系统管理员不兼任业务角色。")


def _others_admin(seat: Membership) -> bool:
    return (
        Membership.objects.filter(
            role=Role.SYSTEM_ADMIN,
            agency__authority=seat.agency.authority,
            to_on__isnull=True,
            user__is_active=True,
        )
        .exclude(user=seat.user)
        .exists()
    )

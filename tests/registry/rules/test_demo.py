"""The demo's content obeys the rules that it is to show."""

from datetime import date
from itertools import islice

import pytest

from bureau.models.user import Role
from inspections.rules.outcomes import DISPOSALS, OUTCOMES
from registry.demo import office
from registry.demo.entities import SPECIAL_POOLS, entities
from registry.demo.matters import MATTERS
from registry.demo.people import EXPERTS, RECUSALS, inspectors
from registry.models import Entity, Inspector, Matter, Recusal
from registry.rules.certificates import CertificateState, certificate_state
from registry.rules.identifiers import ID_PATTERN, IdKind, check_id, needs_public_code
from registry.rules.ratios import parse_frequency, parse_ratio

TODAY = date(2026, 11, 20)
REGISTER = list(entities())
UNITS = {agency.code for agency in office.AGENCIES}


def test_640_entities_have_different_names_and_numbers_and_all_kinds():
    assert len({e.name for e in REGISTER}) == len({(e.id_kind, e.code) for e in REGISTER}) == 640
    assert {e.kind for e in REGISTER} == set(Entity.Kind.values) - {"person"}
    assert {e.credit_class for e in REGISTER} == {"A", "B", "C", "D", "-"}
    assert {e.unit for e in REGISTER} == set(office.TOWNS.values())


def test_every_number_holds_its_check_or_only_warns():
    problems = [check_id(IdKind(e.id_kind), e.code) for e in REGISTER]

    assert [p for p in problems if p is not None and p.blocks] == []
    assert sum(needs_public_code(e.code) for e in REGISTER) == 7


def test_the_values_are_those_of_the_models():
    assert {e.id_kind for e in REGISTER} <= set(Entity.IdKind.values)
    assert {e.standing for e in REGISTER} <= set(Entity.Standing.values)
    assert {pool for e in REGISTER for pool in e.special_pools} == {p.code for p in SPECIAL_POOLS}


def test_the_list_is_the_same_at_any_length_and_streams():
    assert list(islice(entities(1_000_000), 640)) == REGISTER


def test_names_stay_different_where_place_names_are_used_up():
    many = [(e.name, e.code) for e in entities(20_000)]

    assert len({name for name, _ in many}) == len({code for _, code in many}) == 20_000


def test_more_than_a_million_is_refused():
    with pytest.raises(ValueError, match="1000000"):
        next(entities(1_000_001))


@pytest.mark.rule("A02")
def test_matters_have_legal_basis_checklist_and_readable_ratios():
    assert len({m.code for m in MATTERS}) == 18
    assert all(ID_PATTERN.fullmatch(m.code) and "《" in m.legal_basis for m in MATTERS)
    assert all(5 <= len(m.checklist) <= 12 for m in MATTERS)
    assert all(
        parse_ratio(m.ratio_text).value and parse_frequency(m.frequency_text).value for m in MATTERS
    )
    assert {m.category for m in MATTERS} == set(Matter.Category.values)


def test_matters_speak_of_kinds_methods_and_units_that_exist():
    assert {kind for m in MATTERS for kind in m.object_kinds} <= set(Entity.Kind.values)
    assert {way for m in MATTERS for way in m.methods} <= set(Matter.Method.values)
    assert {m.responsible_unit for m in MATTERS} <= UNITS
    assert all(
        item.minimum is not None or item.maximum is not None
        for m in MATTERS
        for item in m.checklist
        if item.unit
    )


@pytest.mark.rule("A94")
def test_matters_preset_only_results_and_disposals_that_exist():
    assert {code for m in MATTERS for code in (*m.problem_codes, *m.preset_disposals)} <= set(
        OUTCOMES
    )
    assert {code for m in MATTERS for code in m.preset_disposals.values()} <= set(DISPOSALS)


@pytest.mark.rule("A22")
def test_twelve_officers_can_fill_every_team():
    officers = inspectors(TODAY)
    usable = [
        o
        for o in officers
        if certificate_state(o.certificate_expires_on, TODAY) is not CertificateState.EXPIRED
    ]
    held = {qual for officer in usable for qual in officer.quals}

    assert (len(officers), len(usable)) == (12, 11)
    assert (
        sum(
            certificate_state(o.certificate_expires_on, TODAY) is CertificateState.EXPIRING
            for o in officers
        )
        == 1
    )
    assert {qual for m in MATTERS for qual in m.required_quals} <= held
    assert {f for m in MATTERS for f in m.expert_fields} <= {f for e in EXPERTS for f in e.fields}
    assert all(len(o.pid) <= Inspector._meta.get_field("pid").max_length for o in officers)


def test_people_hold_roles_that_exist_at_agencies_that_exist():
    seats = {seat for person in office.PEOPLE for seat in person.seats}

    assert {role for _, role in seats} == set(Role.values)
    assert {agency for agency, _ in seats} <= UNITS
    assert {o.username for o in inspectors(TODAY)} <= {person.username for person in office.PEOPLE}
    assert {r.reason for r in RECUSALS} <= set(Recusal.Reason.values)

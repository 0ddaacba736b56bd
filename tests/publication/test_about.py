"""说明: every part answers, with the bureau's own numbers (A111)."""

import pytest
from django.test import Client
from django.urls import reverse

from bureau.models import RuleSetting
from publication.selectors import public_draws
from publication.views.about import PARTS
from registry.rules.outcomes import OUTCOMES

pytestmark = pytest.mark.django_db


def shown(part) -> str:
    return Client().get(reverse("public:about-part", kwargs={"part": part})).content.decode()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.rule("A111")
def test_each_part_is_a_page_that_leads_to_the_others(bureau, part):
    page = shown(part)

    assert f"<h1>{PARTS[part]}</h1>" in page
    assert [name for name in PARTS.values() if name not in page] == []


@pytest.mark.rule("A111")
def test_the_standards_list_every_result_with_its_meaning(bureau):
    page = shown("standards")

    assert [o.label for o in OUTCOMES.values() if o.label not in page] == []


def test_the_days_are_the_bureau_s_own(bureau, monkeypatch):
    RuleSetting.objects.create(authority=bureau, key="recheck_workdays", value=13, citation="测试")
    monkeypatch.setattr(public_draws, "publishing_authorities", lambda: [bureau])

    assert "13 个工作日内，由没有参与" in shown("objection")


def test_an_unknown_part_is_404(bureau):
    url = reverse("public:about-part", kwargs={"part": "nothing"})

    assert Client().get(url).status_code == 404

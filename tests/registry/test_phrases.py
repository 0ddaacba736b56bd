"""常用语: kept with each item of a checklist, one a line, and offered on the phone."""

import pytest
from django.urls import reverse

from registry.forms.matters import ChecklistItemForm
from registry.models import ChecklistItem
from registry.selectors import matter_list
from tests.registry.test_matters import matter, signed_in

pytestmark = pytest.mark.django_db


def test_phrases_are_kept_with_a_new_version_of_the_checklist(organiser, bureau):
    row = matter(bureau, items=1)
    post = {
        "version": "1",
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "form-0-text": "第1条",
        "form-0-ORDER": "1",
        "form-0-phrases": "与图件一致\n\n 与图件不符，已拍照 \n与图件一致",
    }

    signed_in(organiser).post(reverse("registry:checklist-edit", kwargs={"pk": row.pk}), post)

    assert matter_list.checklist(row).items.get().phrases == ["与图件一致", "与图件不符，已拍照"]


def test_the_page_shows_the_phrases_again_line_by_line(organiser, bureau):
    row = matter(bureau, items=1)
    ChecklistItem.objects.update(phrases=["与图件一致", "已拍照"])
    url = reverse("registry:checklist-edit", kwargs={"pk": row.pk})

    page = signed_in(organiser).get(url).content.decode()

    assert "与图件一致\n已拍照</textarea>" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("\n".join(f"第 {n} 句" for n in range(13)), "最多 12 条"), ("长" * 101, "最多 100 字")],
)
def test_too_many_or_too_long_phrases_are_refused(typed, sentence):
    form = ChecklistItemForm({"text": "第1条", "phrases": typed})

    assert sentence in str(form.errors["phrases"])

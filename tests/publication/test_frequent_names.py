"""A text that many names hold and one that few hold are found by other ways, with the same answer (A79)."""

import pytest

from publication.selectors import entries
from tests.publication.cast import fill_index

pytestmark = pytest.mark.django_db


def found(**filters) -> list[str]:
    return sorted(row.entity_name for row in entries.results(filters))


def test_frequent_and_rare_texts_give_the_same_rows(bureau, monkeypatch):
    fill_index(bureau, 9)
    fill_index(bureau, 1, entity_name="（滨江）采石场")
    fill_index(bureau, 1, entity_name="青溪矿业有限公司")
    as_frequent = found(q="采石场")
    monkeypatch.setattr(entries, "FREQUENT", 10**6)

    assert len(as_frequent) == 10
    assert found(q="采石场") == as_frequent
    assert found(q="滨江采石") == ["（滨江）采石场"]


def test_only_the_newest_names_are_probed(bureau, monkeypatch):
    fill_index(bureau, 3, entity_name="青溪采石场")
    monkeypatch.setattr(entries, "FREQUENT", 2)
    monkeypatch.setattr(entries, "PROBED", 1)

    assert not entries._is_frequent("采石场")
    monkeypatch.setattr(entries, "PROBED", 2)
    assert entries._is_frequent("采石场")

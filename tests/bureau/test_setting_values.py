import pytest

from bureau.rules.setting_catalogue import CATALOGUE, is_valid

DAY = next(setting for setting in CATALOGUE if setting.kind == "month_day")


@pytest.mark.parametrize("text", ["02-29", "02-30", "04-31", "13-01", "1-31", "00-10", "bad", ""])
def test_a_day_that_not_every_year_has_is_no_deadline(text):
    assert not is_valid(DAY, text)


def test_every_default_is_valid():
    assert [setting.key for setting in CATALOGUE if not is_valid(setting, setting.default)] == []

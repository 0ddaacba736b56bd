import pytest

from bureau.rules.typed import whole


@pytest.mark.parametrize("text", ["", "²", "１", "-1", "1.5", "9" * 5000, "\0", None, ["1"]])
def test_what_is_no_number_gives_the_default(text):
    assert whole(text, otherwise=7) == 7


def test_a_number_is_read_up_to_its_digits():
    assert (whole("042"), whole("12345", digits=4, otherwise=1)) == (42, 1)

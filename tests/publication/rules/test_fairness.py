"""The exact bounds against values worked out by hand and against fractions counted one by one."""

from fractions import Fraction
from itertools import combinations, product
from math import comb

import pytest

from publication.rules import fairness

CLOSE = Fraction(1, 10**30)


def test_hypergeometric_is_the_share_of_all_samples_counted_one_by_one():
    samples = list(combinations(range(9), 4))  # 0, 1, 2 are marked
    counted = [
        Fraction(sum(len({0, 1, 2} & set(s)) == x for s in samples), len(samples)) for x in range(4)
    ]

    found = fairness.hypergeometric(9, 3, 4)

    assert all(abs(found.exactly(x) - counted[x]) < CLOSE for x in range(4))
    assert found.mean == Fraction(4, 3)


def test_the_tea_lady():
    # Fisher's lady: all eight cups right by chance alone is 1 in 70.
    found = fairness.hypergeometric(8, 4, 4)

    assert abs(found.at_least(4) - Fraction(1, 70)) < CLOSE
    assert found.bounds() == (1, 3)


def test_hits_are_the_sum_over_all_histories():
    chances = [(1, 4), (2, 3), (1, 1)]
    counted = {x: Fraction(0) for x in range(4)}
    for outcome in product((0, 1), repeat=3):
        weight = Fraction(1)
        for hit, (k, n) in zip(outcome, chances, strict=True):
            weight *= Fraction(k if hit else n - k, n)
        counted[sum(outcome)] += weight

    found = fairness.hits(chances)

    assert all(abs(found.exactly(x) - counted[x]) < CLOSE for x in range(4))
    assert found.mean == Fraction(1, 4) + Fraction(2, 3) + 1


def test_equal_chances_give_the_binomial():
    found = fairness.hits([(1, 20)] * 12)  # 5 % twelve times

    assert all(
        abs(found.exactly(x) - Fraction(comb(12, x) * 19 ** (12 - x), 20**12)) < CLOSE
        for x in range(13)
    )
    assert found.bounds() == (0, 2)


def test_a_sum_of_two_draws_is_their_convolution():
    a, b = fairness.hypergeometric(30, 6, 5), fairness.hypergeometric(12, 3, 4)

    found = fairness.total([a, b])

    by_hand = {
        x: sum((a.exactly(y) * b.exactly(x - y) for y in range(x + 1)), Fraction(0))
        for x in range(9)
    }
    assert all(abs(found.exactly(x) - by_hand[x]) < CLOSE for x in range(9))
    assert found.mean == a.mean + b.mean == Fraction(2)


@pytest.mark.parametrize(
    ("shape", "bounds"),
    [
        ((10, 0, 3), (0, 0)),  # nobody is marked
        ((10, 10, 3), (3, 3)),  # everybody is
        ((10, 4, 10), (4, 4)),  # everybody is drawn
        ((0, 0, 0), (0, 0)),
        # R: qhyper(c(.025, .975), 50, 50, 20) = 6 14
        ((100, 50, 20), (6, 14)),
    ],
)
def test_bounds_of_known_cases(shape, bounds):
    assert fairness.hypergeometric(*shape).bounds() == bounds


def test_no_probability_is_lost_at_a_hundred_thousand_candidates():
    found = fairness.total([fairness.hypergeometric(100_000, 5_000, 5_000)] * 4)
    low, high = found.bounds()

    assert abs(found.at_least(0) - 1) < CLOSE
    assert found.mean == 1000
    assert low < 1000 < high
    assert fairness.LEVEL <= found.at_least(low) - found.at_least(high + 1) < Fraction(96, 100)


def test_the_bounds_leave_no_more_than_half_of_a_twentieth_on_either_side():
    found = fairness.hypergeometric(60, 20, 12)
    low, high = found.bounds()

    assert 1 - found.at_least(low) <= Fraction(1, 40) < 1 - found.at_least(low + 1)
    assert found.at_least(high + 1) <= Fraction(1, 40) < found.at_least(high)


def test_numbers_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="总数"):
        fairness.hypergeometric(10, 11, 2)
    with pytest.raises(ValueError, match="候选数"):
        fairness.hits([(3, 2)])


def test_the_words_say_where_a_count_lies():
    assert [fairness.word(x, (2, 5)) for x in (1, 2, 5, 6)] == [
        "偏少",
        "在范围内",
        "在范围内",
        "偏多",
    ]

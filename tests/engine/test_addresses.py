"""What is an address in a field, and what becomes of a letter to several."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.cremann_dunning.engine.addresses import addresses, joined, stands

WORD = st.text("abcxyz", min_size=1, max_size=5)
NAMES = st.lists(st.builds("{}@{}.nl".format, WORD, WORD), max_size=6)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ap@x.nl; Old@x.nl", ("ap@x.nl", "old@x.nl")),
        ("ap@x", ("ap@x",)),
        ("ap@@x", ()),
        ("\u200bap@x.nl", ()),
        ("\u00a0ap@x.nl", ()),
        ("\ufeffa@x.nl, b@x.nl", ("b@x.nl",)),
        ("a@x.nl\u200e", ()),
        ("a@x\u00ad.nl", ()),
        ("a@münchen.de", ("a@münchen.de",)),
        ("Léa@x.nl", ("léa@x.nl",)),
        ("lé\u200ba@x.nl", ()),
        ('"info@k" <q@y.nl>', ("q@y.nl",)),
        ("Jan@Home <jan@x.nl>, p@x.nl", ("jan@x.nl", "p@x.nl")),
        ("a@x.nl a@x.nl", ("a@x.nl",)),
        (None, ()),
    ],
)
def test_addresses(text, found):
    assert addresses(text) == found


@given(NAMES, st.sampled_from([", ", "; ", " ", ",", "\n"]))
def test_any_list(names, between):
    found = addresses(between.join(names))
    assert found == tuple(dict.fromkeys(names))
    assert (joined(found) or "").split() == list(found)


@given(st.sets(st.sampled_from("abcd")), st.lists(st.sampled_from("abcdx")))
def test_taken_by_one_and_not_all_of_these_came_back(taken, reports):
    assert stands(taken, reports) == any(address not in reports for address in taken)

"""Address matchers: what they find, and what they refuse."""

from __future__ import annotations

import pytest

from automailer.message import Address
from automailer.rules import Refused, read_address

ANN = Address("Ann Example", "Ann@Mail.Example.com")
BARE = Address("", "bob@example.net")
BROKEN = Address("no address at all", "")
LISTS = {"vips": ("boss@example.com", "*@board.example.com", "Ann <ann@mail.example.com>")}

CASES: dict[str, tuple[object, Address, bool]] = {
    "the address, letter case aside": ("ann@mail.EXAMPLE.com", ANN, True),
    "a glob": ("*@mail.example.com", ANN, True),
    "a glob covers the whole address": ("ann@*.example", ANN, False),
    "a glob is not searched": ("mail.example.com", ANN, False),
    "a glob does not see the name": ("*Ann Example*", ANN, False),
    "any of a list": (["x@y.example", "*@example.net"], BARE, True),
    "any address": ("*", BARE, True),
    "no address is not any address": ("*", BROKEN, False),
    "a pattern over name and address": ("/^Ann Example <Ann@/", ANN, True),
    "a pattern minds case": ("/^ann example/", ANN, False),
    "a pattern, case aside": ("/^ann example/i", ANN, True),
    "a pattern over the bare address": ("/^bob@/", BARE, True),
    "a pattern with angle brackets, without a name": ("/<bob@example.net>$/", BARE, True),
    "a pattern sees what is no address": ("/no address/", BROKEN, True),
    "the name": ({"name": "ann"}, ANN, True),
    "the name, by a pattern": ({"name": "/^Ann /"}, ANN, True),
    "the name, another": ({"name": "bob"}, ANN, False),
    "the name, which is missing": ({"name": "bob"}, BARE, False),
    "the domain": ({"domain": "mail.example.com"}, ANN, True),
    "the domain above": ({"domain": "Example.COM"}, ANN, True),
    "the domain with a final dot": ({"domain": "example.com."}, ANN, True),
    "a domain that only ends the same": ({"domain": "ple.com"}, ANN, False),
    "a domain below": ({"domain": "x.mail.example.com"}, ANN, False),
    "any of some domains": ({"domain": ["a.example", "example.net"]}, BARE, True),
    "no domain": ({"domain": "example.net"}, BROKEN, False),
    "a list, by an entry with a name": ({"in": "vips"}, ANN, True),
    "a list, by a glob": ({"in": "vips"}, Address("", "cfo@Board.example.com"), True),
    "a list, not in it": ({"in": "vips"}, BARE, False),
    "a list that is gone": ({"in": "gone"}, ANN, False),
    "an empty address is in no list": ({"in": "vips"}, BROKEN, False),
    "several at once": ({"name": "ann", "domain": "example.com"}, ANN, True),
    "several at once, one fails": ({"name": "ann", "domain": "example.net"}, ANN, False),
}


@pytest.mark.parametrize(("value", "address", "fits"), CASES.values(), ids=CASES)
def test_an_address_fits_or_not(value: object, address: Address, fits: bool) -> None:
    assert (read_address(value).match(address, LISTS) is not None) is fits


REFUSED: dict[str, tuple[object, str, str]] = {
    "a domain with its @": ("@example.com", "no address begins with @", "*@example.com"),
    "empty": ("", "is an empty address: expected a glob such as *@example.com", ""),
    "a domain with a wildcard": (
        {"domain": "*.example.com"},
        "'*.example.com' is no domain: expected one such as example.com, which has its subdomains too",
        "example.com",
    ),
    "an unknown form": ({"domian": "x"}, "unknown key 'domian': expected name, domain or in", "domain"),
    "a form of texts": ({"contains": "x"}, "unknown key 'contains': expected name, domain or in", ""),
    "nothing": ({}, "expected name, domain or in", ""),
    "no address": (True, "expected text, found true: put it in quotes", ""),
}


@pytest.mark.parametrize(("value", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_means_nothing_is_refused_with_the_reason(value: object, message: str, hint: str) -> None:
    with pytest.raises(Refused) as caught:
        read_address(value)
    assert str(caught.value) == message
    assert [fault.hint for fault in caught.value.faults] == [hint]


def test_the_groups_of_name_and_address_are_captured() -> None:
    hit = read_address({"name": "/^(?P<first>\\w+)/", "domain": "example.com"}).match(ANN)
    assert hit is not None
    assert hit.captures == {"first": "Ann"}


@pytest.mark.parametrize("domain", ["straße.example", "STRAẞE.example", "example"])
def test_a_domain_with_letters_that_fold_is_found(domain: str) -> None:
    assert read_address({"domain": domain}).match(Address("", "j.o@straße.example"))

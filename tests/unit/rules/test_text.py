"""Text matchers: what they find, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.rules import Refused, name_matches, read_name, read_text, type_matches
from automailer.rules.text import fold

LISTS = {"words": ("Alpha", "beta*", "two words", "[CRIT] db1")}

FITS: dict[str, tuple[object, str]] = {
    "plain, anywhere": ("disk", "the disk is full"),
    "plain, letter case aside": ("DISK", "the disk is full"),
    "plain, runs of white space aside": ("disk is", "the disk \t\r\n  is full"),
    "plain, no-break space is white space": ("disk is", "disk\xa0is"),
    "plain, folded letters": ("strasse", "Hauptstraße 1"),
    "plain, decomposed letters": ("café", "CAFE\u0301"),
    "plain, Chinese": ("发票", "您的发票已开具"),
    "plain, a whole number": (123, "ticket 12345"),
    "plain, its white space found at the end": (" full", "the disk is full"),
    "plain, its white space found at the start": ("the ", "the disk"),
    "a list means any": (["x", "disk"], "the disk"),
    "a slashed pattern": ("/d.sk$/", "the disk"),
    "a slashed pattern, case aside": ("/DISK/i", "the disk"),
    "a slashed pattern, dot over lines": ("/a.b/s", "a\nb"),
    "a slashed pattern, lines": ("/^b$/m", "a\nb\nc"),
    "a slashed pattern, all flags": ("/^B.c/ims", "a\nb\nc"),
    "a slashed pattern with slashes in it": ("/a/b/", "xa/bx"),
    "$ finds the end before the last line end": ("/full$/", "disk is full\r\n"),
    "a pattern of characters": (r"/^\p{Han}+$/", "发票"),
    "is": ({"is": "the  DISK"}, " The disk\n"),
    "is, empty": ({"is": ""}, " \n"),
    "is, any of a list": ({"is": ["a", "b"]}, "B"),
    "is, case": ({"is": "Disk", "case": True}, "Disk"),
    "contains": ({"contains": "/disk"}, "a /DISK"),
    "contains, case and white space": ({"contains": "a  b", "case": True}, "xa  bx"),
    "starts_with": ({"starts_with": "re:"}, "RE: hello"),
    "ends_with": ({"ends_with": "Bye"}, "good bye\n"),
    "glob covers the whole": ({"glob": "re: *?"}, "Re:  hello"),
    "glob, a set": ({"glob": "[ab]*"}, "Bx"),
    "glob, case": ({"glob": "A*", "case": True}, "Ab"),
    "regex, case aside": ({"regex": "^the DISK"}, "The disk"),
    "regex, white space aside": ({"regex": "the disk"}, "the \n disk"),
    "regex, case minded": ({"regex": "^The  d", "case": True}, "The  disk"),
    "regex, slashed": ({"regex": "/^The/"}, "The disk"),
    "in, equal": ({"in": "words"}, " alpha"),
    "in, a glob": ({"in": "words"}, "Beta blocker"),
    "in, white space aside": ({"in": "words"}, "two   words"),
    "in, case": ({"in": "words", "case": True}, "Alpha"),
    "in, equal to an entry that is a glob, too": ({"in": "words"}, "[crit]  db1"),
    "several forms at once": ({"starts_with": "a", "ends_with": "z"}, "a to z"),
}

FITS_NOT: dict[str, tuple[object, str]] = {
    "plain, elsewhere": ("disk", "the disc"),
    "plain, white space that is not there": ("disk is", "diskis"),
    "plain, its white space minded": (" full", "awful"),
    "a slashed pattern minds case": ("/DISK/", "the disk"),
    "a slashed pattern minds white space": ("/the disk/", "the  disk"),
    "a slashed pattern, dot not over lines": ("/a.b/", "a\nb"),
    "is covers the whole": ({"is": "disk"}, "the disk"),
    "is, case": ({"is": "disk", "case": True}, "Disk"),
    "is, case minds white space": ({"is": "a b", "case": True}, "a  b"),
    "contains, case": ({"contains": "disk", "case": True}, "Disk"),
    "starts_with": ({"starts_with": "re:"}, "fwd: re: x"),
    "ends_with": ({"ends_with": "bye"}, "bye now"),
    "glob covers the whole": ({"glob": "b*"}, "ab"),
    "glob, case": ({"glob": "a*", "case": True}, "Ab"),
    "regex, case minded": ({"regex": "the", "case": True}, "The"),
    "in, part of an entry": ({"in": "words"}, "alph"),
    "in, case": ({"in": "words", "case": True}, "alpha"),
    "in, an unknown list": ({"in": "gone"}, "alpha"),
    "several forms at once": ({"starts_with": "a", "ends_with": "z"}, "a to y"),
}


@pytest.mark.parametrize(("value", "text"), FITS.values(), ids=FITS)
def test_a_text_that_fits_is_found(value: object, text: str) -> None:
    assert read_text(value).match(text, LISTS) is not None


@pytest.mark.parametrize(("value", "text"), FITS_NOT.values(), ids=FITS_NOT)
def test_a_text_that_does_not_fit_is_not_found(value: object, text: str) -> None:
    assert read_text(value).match(text, LISTS) is None


REFUSED: dict[str, tuple[object, str]] = {
    "empty": ("", "is an empty text, which is found in everything: expected some text"),
    "only white space": (" \t", "is an empty text, which is found in everything: expected some text"),
    "contains nothing": (
        {"contains": ""},
        "is an empty text, which is found in everything: expected some text",
    ),
    "an empty list": ([], "is an empty list, which nothing fits: expected at least one entry"),
    "nothing": (None, "expected text, found nothing"),
    "a flag": (True, "expected text, found true: put it in quotes"),
    "a number with a point": (1.5, "expected text, found 1.5: put it in quotes"),
    "a mapping of nothing": ({}, "expected is, contains, starts_with, ends_with, glob, regex or in"),
    "only case": ({"case": True}, "expected is, contains, starts_with, ends_with, glob, regex or in"),
    "case that is no flag": ({"is": "x", "case": "no"}, "expected true or false, found 'no'"),
    "a pattern without end": (
        "/abc",
        "begins a regular expression with / and never ends it: plain text is {contains: …}",
    ),
    "an unknown flag": (
        "/etc/passwd",
        "unknown flag 'p' behind /…/: expected i, m or s; plain text is {contains: …}",
    ),
    "a list that is no name": ({"in": 3}, "expected the name of a list, found '3'"),
}


@pytest.mark.parametrize(("value", "message"), REFUSED.values(), ids=REFUSED)
def test_what_means_nothing_is_refused_with_the_reason(value: object, message: str) -> None:
    with pytest.raises(Refused) as caught:
        read_text(value)
    assert str(caught.value) == message


def test_all_that_is_wrong_in_a_list_is_said_at_once() -> None:
    with pytest.raises(Refused) as caught:
        read_text(["", {"is": "x", "conatins": "y", "regex": ["(", "ok"]}])
    assert [(fault.path, fault.hint) for fault in caught.value.faults] == [
        ((0,), ""),
        ((1, "conatins"), "contains"),
        ((1, "regex", 0), ""),
    ]


def test_the_groups_of_every_form_are_captured() -> None:
    matcher = read_text({"regex": ["^(?P<first>\\w+)", "zzz"], "ends_with": "end"})
    hit = matcher.match("Begin to end")
    assert hit is not None
    assert hit.captures == {"first": "Begin"}


def test_a_group_that_took_no_part_is_empty() -> None:
    hit = read_text("/(?P<a>x)|(?P<b>y)/").match("y")
    assert hit is not None
    assert hit.captures == {"a": "", "b": "y"}


def test_captures_keep_their_characters() -> None:
    hit = read_text("/(?P<who>发.)/").match("您的发票 \udcff 已开具")
    assert hit is not None
    assert hit.captures == {"who": "发票"}


def test_of_a_long_text_the_spot_is_shown() -> None:
    hit = read_text("needle").match("straw " * 1000 + "needle" + " straw" * 1000)
    assert hit is not None
    assert "needle" in hit.excerpt
    assert len(hit.excerpt) < 80


NAMES: dict[str, tuple[Any, str, bool]] = {
    "a part of the name": ("report", "Q3 Report.pdf", True),
    "a glob covers the whole": ("*.pdf", "a.PDF", True),
    "a glob not fitting": ("*.pdf", "a.pdf.exe", False),
    "one character": ("?.txt", "a.txt", True),
    "a set": ("[ab].txt", "c.txt", False),
    "a pattern": ("/^r.*f$/", "r.pdf", True),
}


@pytest.mark.parametrize(("wanted", "name", "fits"), NAMES.values(), ids=NAMES)
def test_a_file_name_is_a_glob_or_a_part(wanted: str, name: str, fits: bool) -> None:
    assert name_matches(wanted, name) is fits
    assert (read_name(wanted).match(name) is not None) is fits


@pytest.mark.parametrize(
    ("wanted", "media_type", "fits"),
    [
        ("image/*", "image/png", True),
        ("IMAGE/PNG", "image/png", True),
        ("*", "text/plain", True),
        ("image/*", "text/image/x", False),
        ("application/pdf", "application/pdfx", False),
    ],
)
def test_a_media_type_fits_a_glob(wanted: str, media_type: str, fits: bool) -> None:
    assert type_matches(wanted, media_type) is fits


ASCII = st.text(alphabet=st.characters(codec="ascii"))


@given(ASCII)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ASCII.filter(str.strip), ASCII, ASCII)
def test_a_plain_string_is_found_in_every_text_that_holds_it(needle: str, before: str, behind: str) -> None:
    assert read_text({"contains": needle}).match(before + needle + behind) is not None


@given(st.text(), st.sampled_from(["is", "contains", "starts_with", "ends_with", "glob"]))
def test_no_text_breaks_a_matcher(text: str, form: str) -> None:
    read_text({form: "a*[b"}).match(text)
    read_text("/(?P<all>(?s).*)/").match(text)

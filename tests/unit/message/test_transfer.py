"""Transfer encodings: exact for what is right, lenient and told for what is broken."""

from __future__ import annotations

import base64
import binascii
import quopri
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import parse
from automailer.message.transfer import decoded


def run(pieces: list[bytes], encoding: str) -> tuple[bytes, list[str]]:
    defects: list[str] = []
    return b"".join(decoded(pieces, encoding, defects)), defects


def cut(octets: bytes, at: list[int]) -> list[bytes]:
    marks = sorted({0, len(octets), *(mark % (len(octets) + 1) for mark in at)})
    return [octets[a:b] for a, b in pairwise(marks)]


_CUTS = st.lists(st.integers(0, 5_000), max_size=6)


@given(st.binary(max_size=600), _CUTS)
def test_base64_comes_back_however_it_is_cut(octets: bytes, at: list[int]) -> None:
    assert run(cut(base64.encodebytes(octets).replace(b"\n", b"\r\n"), at), "base64") == (octets, [])


@given(st.binary(max_size=600), _CUTS)
def test_quoted_printable_comes_back_however_it_is_cut(octets: bytes, at: list[int]) -> None:
    encoded = quopri.encodestring(octets)
    assert run(cut(encoded, at), "quoted-printable") == (quopri.decodestring(encoded), [])


@given(st.binary(max_size=300), _CUTS)
def test_uuencode_comes_back_however_it_is_cut(octets: bytes, at: list[int]) -> None:
    lines = [binascii.b2a_uu(octets[start : start + 45]) for start in range(0, len(octets), 45)]
    encoded = b"begin 644 x\n" + b"".join(lines) + b"`\nend\n"
    assert run(cut(encoded, at), "x-uuencode") == (octets, [])


@given(
    st.lists(st.binary(max_size=50), max_size=5),
    st.sampled_from(["base64", "quoted-printable", "uuencode", "7bit", "foo"]),
)
def test_any_octets_are_decoded(pieces: list[bytes], encoding: str) -> None:
    run(pieces, encoding)


@pytest.mark.parametrize("name", ["quoted printable", "Quoted_Printable", "quotedprintable;"])
def test_quoted_printable_is_known_when_its_hyphen_is_lost(name: str) -> None:
    message = parse(f"Content-Transfer-Encoding: {name}\r\n\r\na=3D=\r\nb".encode())
    assert message.text == "a=b\n"
    assert not [defect for defect in message.defects if "encoding" in defect]


@pytest.mark.parametrize("encoding", ["", "7bit", "8BIT", " binary ", "8bits", "7-bit"])
def test_what_is_not_encoded_is_left_alone(encoding: str) -> None:
    assert run([b"a=3D\xff", b"QUJD"], encoding) == (b"a=3D\xffQUJD", [])


@pytest.mark.parametrize(
    ("encoded", "encoding", "octets", "defect"),
    [
        pytest.param(b"Q*U-J!D", "base64", b"ABC", "base64 holds characters that it must not", id="junk"),
        pytest.param(
            b"QUJDR", "base64", b"ABC", "base64 is cut short or wrongly padded", id="one character too many"
        ),
        pytest.param(b"QUI", "base64", b"AB", "base64 is cut short or wrongly padded", id="padding missing"),
        pytest.param(b"QQ=", "base64", b"A", "base64 is cut short or wrongly padded", id="padding cut"),
        pytest.param(
            b"QUJD====", "base64", b"ABC", "base64 is cut short or wrongly padded", id="padding for nothing"
        ),
        pytest.param(b"QQ==\nQUI=\n", "base64", b"AAB", "", id="padding on every line"),
        pytest.param(
            b"QUI=\n_______\nlist: x@y\n",
            "base64",
            b"AB",
            "base64 holds characters that it must not",
            id="footer",
        ),
        pytest.param(
            b"a=ZZb",
            "quoted-printable",
            b"a=ZZb",
            "quoted-printable holds an = that quotes nothing",
            id="=ZZ",
        ),
        pytest.param(b"a=", "quoted-printable", b"a", "", id="= at the end"),
        pytest.param(b"a=\r\nb=3d", "quoted-printable", b"ab=", "", id="soft line end, lower case"),
        pytest.param(b"#86)C\n", "x-uuencode", b"", "uuencoded data has no beginning", id="no begin"),
        pytest.param(b"begin 644 x\n#86)C\n", "x-uuencode", b"abc", "uuencoded data has no end", id="no end"),
        pytest.param(
            b"QUJD",
            "foo",
            b"QUJD",
            "transfer encoding 'foo' is not known: the octets were left as they are",
            id="foo",
        ),
    ],
)
def test_broken_encodings_are_decoded_leniently(
    encoded: bytes, encoding: str, octets: bytes, defect: str
) -> None:
    """docs/pop3-cases.md, B15."""
    assert run([encoded], encoding) == (octets, [defect] if defect else [])

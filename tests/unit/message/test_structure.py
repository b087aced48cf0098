"""The MIME tree: where each leaf lies in it, and what is told of a tree that is broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message.structure import read_tree

INNER = b"--i\n\na\n--i\nContent-Type: image/png\nContent-ID: <p@x>\n\nb\n--i--\n"


def test_a_leaf_knows_its_number_and_what_is_around_it() -> None:
    octets = b"--o\n\nx\n--o\nContent-Type: multipart/related; boundary=i\n\n" + INNER + b"--o\n\ny\n--o--\n"
    tree = read_tree(octets, body=0, content_type=b"multipart/mixed; boundary=o")
    assert [(leaf.section, leaf.within, leaf.related) for leaf in tree.leaves] == [
        ((1,), ("multipart/mixed",), False),
        ((2, 1), ("multipart/mixed", "multipart/related"), True),
        ((2, 2), ("multipart/mixed", "multipart/related"), True),
        ((3,), ("multipart/mixed",), False),
    ]
    assert [leaf.content_id for leaf in tree.leaves] == ["", "", "p@x", ""]
    assert tree.defects == ()


def test_a_multipart_without_parts_is_one_leaf() -> None:
    (leaf,) = read_tree(b"nothing", body=0, content_type=b"multipart/mixed").leaves
    assert (leaf.section, leaf.within, leaf.type) == ((1,), (), "multipart/mixed")


@pytest.mark.parametrize(
    ("behind", "is_told"),
    [
        (b"", False),
        (b"a footer of the list\n", False),
        (b"--other\n\nx\n--other--\n", False),
        (b"--inner\n", False),
        (b"--i\nContent-Type: application/zip; name=hidden.zip\n\nPK\n", True),
        (b"\nfooter\n--i--\n", True),
    ],
)
def test_what_looks_like_a_part_behind_the_end_is_told(behind: bytes, is_told: bool) -> None:
    """Some mail readers show it, and scanners that follow RFC 2046 5.1.1 don't."""
    tree = read_tree(INNER + behind, body=0, content_type=b"multipart/mixed; boundary=i")
    assert len(tree.leaves) == 2
    assert ("stands behind the end" in " ".join(tree.defects)) is is_told


@given(
    st.lists(
        st.sampled_from(
            [
                b"--i\n",
                b"--o\n",
                b"--i--\n",
                b"--o--\n",
                b"\n",
                b"x\n",
                (b"Content-Type: multipart/mixed; boundary=i\n"),
            ]
        ),
        max_size=30,
    )
)
def test_numbers_are_given_once_and_in_order(lines: list[bytes]) -> None:
    tree = read_tree(b"".join(lines), body=0, content_type=b"multipart/mixed; boundary=o")
    sections = [leaf.section for leaf in tree.leaves]
    assert sections == sorted(set(sections))
    assert all(len(leaf.section) == max(1, len(leaf.within)) for leaf in tree.leaves)

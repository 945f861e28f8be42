"""Files of rows as people's programs write them, and as nobody should."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasbahamas.errors import Refused
from atlasbahamas.web.forms import CheckField, IntegerField, MoneyField, TextField
from atlasbahamas.web.imports import ImportColumn, Table, read_payload, read_table, write_payload

COLUMNS = (
    ImportColumn("label", TextField("Label", required=True, max_length=20), ("unit no",), key=str.casefold),
    ImportColumn("rent", MoneyField("Rent a month", required=True, min=100)),
    ImportColumn("beds", IntegerField("Bedrooms", max=50)),
    ImportColumn("pets", CheckField("Pets")),
)
PLAIN = "label,rent,beds,pets\n2B,1450,2,yes\n3C,900.50,0,\n"
VALUES = [
    {"label": "2B", "rent": 145_000, "beds": 2, "pets": True},
    {"label": "3C", "rent": 90_050, "beds": 0, "pets": False},
]


def read(content: bytes | str) -> Table:
    return read_table(io.BytesIO(content.encode() if isinstance(content, str) else content), COLUMNS)


def refused(content: bytes | str) -> str:
    with pytest.raises(Refused) as caught:
        read(content)
    assert caught.value.field == "file"
    return caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        b"sep=;\n" + PLAIN.replace(",", ";").encode(),
        b"\n\n" + PLAIN.encode() + b"\n,,,\n",
        b'pets, Rent a Month ,"UNIT\nNO.",Bedrooms\nyes,"1,450",2B,2\nno,B$900.50,3C,0\n',
    ],
)
def test_however_it_was_written_it_says_the_same(content: bytes) -> None:
    table = read(content)
    assert table.problems == []
    assert [row.values for row in table.rows] == VALUES


def test_letters_of_windows_and_rows_as_a_spreadsheet_counts_them() -> None:
    table = read('label;rent;Größe\nCafé – 2;900;1\n\n"Two\nlines";900;1\n'.encode("cp1252"))
    assert [(row.number, row.values["label"]) for row in table.rows] == [(2, "Café – 2"), (4, "Two lines")]
    assert table.unused == ["Größe"]


def test_a_formula_is_text_and_our_own_guard_is_taken_off() -> None:
    table = read("label,rent\n=1+1,900\n'=2+2,900\n@x,900\n'tis,900\n")
    assert [row.values["label"] for row in table.rows] == ["=1+1", "=2+2", "@x", "'tis"]


def test_a_problem_names_row_column_what_is_wrong_and_the_value() -> None:
    table = read("label,rent,beds\n2B,free,2\n,900,1\n3\x00C,900,1\n2b,900,99\n5,900,1,250\n6,900,1\n")
    assert [(p.row, p.column, p.value) for p in table.problems] == [
        (2, "Rent a month", "free"),
        (3, "Label", ""),
        (4, "Label", "3·C"),
        (5, "Label", "2b"),
        (5, "Bedrooms", "99"),
        (6, "", "250"),
    ]
    assert table.problems[3].message == "Row 2 says the same."
    assert [row.number for row in table.rows] == [7]
    assert table.bad_rows == 5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "empty"),
        ("\ufeff\n , ;\n", "empty"),
        ("label,rent\n", "nothing below"),
        ("label,beds\n1,1\n", "no column for “rent”"),
        ("1,1\n2,2\n", "“label”, “rent”"),
        ("label,rent,Rent a month\n1,1,1\n", "more than one column for “rent”"),
        ('label,rent\n"2B,900\n3C,900\n', "Row 2 cannot be read"),
        ('label,rent\n1,900\n"2"B,900\n', "Row 3 cannot be read"),
        ("label,rent\n" + "x" * 200_000 + ",900\n", "Row 2 cannot be read"),
        (b"PK\x03\x04junk", "not a CSV"),
        (b"%PDF-1.7", "not a CSV"),
        (PLAIN.encode("utf-16-le"), "not a CSV"),
        ("label,rent\n" + "1,900\n" * 100_000, "more than 2,000 rows"),
        (b"label,rent\n" + b"x" * 9_000_000, "larger than 8 MB"),
    ],
)
def test_a_file_that_will_not_do_is_refused_in_words(content: bytes | str, words: str) -> None:
    assert words in refused(content)


def test_a_huge_file_costs_no_memory() -> None:
    file = io.BytesIO(b"label,rent\n" + b"".join(b"%d,900\n" % number for number in range(500_000)))
    tracemalloc.start()
    with pytest.raises(Refused):
        read_table(file, COLUMNS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@given(st.binary(max_size=300))
def test_no_bytes_are_an_exception_of_another_kind(junk: bytes) -> None:
    for content in (junk, b"label,rent\n" + junk, b"\xff\xfe" + junk):
        try:
            read(content)
        except Refused:
            continue


@given(st.text(max_size=300))
def test_no_text_is_an_exception_of_another_kind(junk: str) -> None:
    try:
        read(("label,rent\n" + junk).encode("utf-8", "surrogatepass"))
    except Refused:
        return


def test_the_payload_brings_the_rows_back_and_is_checked_again() -> None:
    table = read(PLAIN)
    payload = write_payload(table.rows, COLUMNS)
    assert read_payload(payload, COLUMNS).rows == table.rows
    changed = json.loads(payload)
    changed[0][2] = "free"
    again = read_payload(json.dumps(changed), COLUMNS)
    assert [problem.row for problem in again.problems] == [2]


@pytest.mark.parametrize(
    "junk",
    ["", "x", "[]", "{}", "[1]", "[[2]]", '[[2,"a","1","1"]]', '[["2","a","1","1",""]]', '[[2,"a",1,"1",""]]', "[" * 5000,
     '[[true,"a","1","1",""]]', '[[0,"a","1","1",""]]', '[[1e99,"a","1","1",""]]', "NaN"],
)  # fmt: skip
def test_a_payload_that_this_page_did_not_write_is_refused(junk: str) -> None:
    with pytest.raises(Refused, match="lost on the way"):
        read_payload(junk, COLUMNS)


def test_a_payload_of_too_many_rows_is_refused() -> None:
    rows: list[Any] = [[number, str(number), "900", "", ""] for number in range(1, 2002)]
    with pytest.raises(Refused):
        read_payload(json.dumps(rows), COLUMNS)

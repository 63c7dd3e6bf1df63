import pytest

from classbridge.bridge.addresses import address_of, read, read_file


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_column_with_the_addresses_is_found_whatever_its_place_and_separator(separator: str) -> None:
    rows = [
        ("Name", "Email Address [Required]"),
        ("Lindqvist Maria", "Maria@North.example"),
        ("Å Ö", "a@b.example"),
    ]
    found = read("\n".join(separator.join(row) for row in rows))
    assert (found.found, found.bad) == (("maria@north.example", "a@b.example"), ())


def test_a_list_without_a_header_keeps_its_first_row() -> None:
    assert read("a@b.example\nc@d.example\n").found == ("a@b.example", "c@d.example")


def test_each_row_that_is_left_out_is_named_by_its_number_with_the_reason() -> None:
    found = read("email\na@b.example\n\nnobody\nA@b.example\n@b.example\nc d@b.example\nx@y\n")
    assert found.found == ("a@b.example",)
    assert [(bad.row, bad.text, bad.reason) for bad in found.bad] == [
        (4, "nobody", "no_address"),
        (5, "A@b.example", "twice"),
        (6, "@b.example", "no_address"),
        (7, "c d@b.example", "no_address"),
        (8, "x@y", "no_address"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    assert read_file("Läraren;lärare@skola.example\n".encode(encoding)).found == ("lärare@skola.example",)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\xff\xfe", b"PK\x03\x04\x80", b"one,two\nthree,four\n"])
def test_a_file_without_addresses_has_none(content: bytes) -> None:
    assert read_file(content).found == ()


def test_a_row_with_fewer_cells_than_the_others_is_left_out_and_not_an_error() -> None:
    found = read("n,a@b.example\nalone\nm,c@d.example\n")
    assert (found.found, [bad.row for bad in found.bad]) == (("a@b.example", "c@d.example"), [2])


def test_what_is_no_address_alone_is_none() -> None:
    assert address_of(" A@B.example ") == "a@b.example"
    assert address_of("a@b.example, c@d.example") == ""

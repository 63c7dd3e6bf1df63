"""What is never kept or shown beyond what the SIS sends."""

import pytest

from classbridge.bridge.protection import protected, without_national_number
from tests.bridge.builders import user


@pytest.mark.parametrize(
    "text",
    [
        "811228-9874",
        "8112289874",
        "19811228-9874",
        "198112289874",
        "811228+9874",
        "SE 811228-9874",
        "811288-9871",
        "123-45-6789",
        "id:123-45-6789",
        "01010750160",
        "010107 50160",
        "070761-4285",
        "131052-308T",
        "131052A308T",
    ],
)
def test_a_national_identity_number_is_not_kept_however_it_is_written(text: str) -> None:
    assert without_national_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "S-100234",
        "100234",
        "123456789",
        "8112289875",
        "811328-9876",
        "000-12-3456",
        "987-65-4321",
        "20260001",
        "a1b2c3d4-0000-4000-8000-123456789012",
        "5381122898741",
    ],
)
def test_a_schools_own_number_is_kept(text: str | None) -> None:
    assert without_national_number(text) == text


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"protected": True}, True),
        ({"vendor.securityMarking": "SEKRETESS"}, True),
        ({"Skyddad_identitet": "ja"}, True),
        ({"skyddadIdentitet": 1}, True),
        ({"protected": False, "confidential": "no"}, False),
        ({"securityMarking": "INGEN"}, False),
        ({"protectedBy": "anna"}, False),
        ({}, False),
    ],
)
def test_a_person_whom_the_sis_marks_is_protected(metadata: dict[str, object], expected: bool) -> None:
    marked = user("st1")
    marked.metadata = metadata
    assert protected(marked) is expected


def test_a_person_whose_name_the_sis_withholds_is_protected() -> None:
    assert protected(user("st1", given="Skyddad", family="Identitet"))
    assert protected(user("st1", given="identity", family=" PROTECTED "))
    assert not protected(user("st1", given="Åsa", family="Skydd"))

import pytest

from tests.docs.reference import MADE, MARKER, ROOT


@pytest.mark.parametrize("name", MADE)
def test_the_page_says_what_the_code_says_now(name: str) -> None:
    above, marker, below = (ROOT / "docs" / name).read_text("utf-8").partition(MARKER)
    assert above.startswith("# ")
    assert marker
    assert below == f"\n{MADE[name]()}", "Run: python -m tests.docs.reference"

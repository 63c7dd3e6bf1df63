import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_of_outcomes_is_what_the_catalogue_says_now() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "outcomes_page.py"))["page"]()
    kept = (ROOT / "docs" / "outcomes.md").read_text("utf-8")
    assert kept == made, "Run: python scripts/outcomes_page.py"

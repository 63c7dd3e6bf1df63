"""What a log never holds: the values that were at hand when something went wrong."""

import subprocess
import sys

import pytest

PROGRAM = """
import structlog
from classbridge import log
from classbridge.settings import Settings

log.configure(Settings(log_format="{form}"))

def fail():
    client_secret = "the-secret-itself"
    raise ValueError("wrong")

try:
    fail()
except ValueError:
    structlog.get_logger().exception("it.failed")
"""


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_logged_error_names_its_place_and_no_value(form: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(form=form)], check=True, capture_output=True, text=True
    )
    assert "it.failed" in done.stderr
    assert "ValueError" in done.stderr
    assert '"fail"' in done.stderr or "in fail" in done.stderr
    assert "the-secret-itself" not in done.stderr.replace('client_secret = "the-secret-itself"', "")

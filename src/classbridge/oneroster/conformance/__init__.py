"""Checks any OneRoster server: what Google's consumer asks, certification's reads, and the quirks we know.

server = Server(base_url="https://sis.example/ims/oneroster", version=Version.V1_2,
                token_url="https://sis.example/token", client_id="...", client_secret="...")
report = await check(server)
for failure in report.failures:
    print(failure.name, failure.details)
"""

from classbridge.oneroster.conformance.outcome import CheckResult, Report
from classbridge.oneroster.conformance.registry import group_title
from classbridge.oneroster.conformance.run import check, names
from classbridge.oneroster.conformance.wire import Limits, Server

__all__ = ["CheckResult", "Limits", "Report", "Server", "check", "group_title", "names"]

"""The report of a check: every finding counted, the first of each rule kept."""

from collections import Counter

from msgspec import Struct, field

from classbridge.oneroster.csv.finding import RULES, Finding, Severity, shape
from classbridge.oneroster.models import Version


class Report(Struct, kw_only=True):
    """What a check found. `counts` are true however many findings there are; of each rule `limit` are kept.

    `rows` has the data rows of each file that was read; `lenient` are rules whose errors count as warnings.
    """

    limit: int = 20
    lenient: frozenset[str] = frozenset()
    version: Version | None = None
    rows: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """How many errors there are, kept or not."""
        return sum(count for rule, count in self.counts.items() if self.severity(rule) == "error")

    @property
    def warnings(self) -> int:
        """How many warnings there are, kept or not."""
        return self.counts.total() - self.errors

    def severity(self, rule: str) -> Severity:
        """That of a rule in this report."""
        return "warning" if rule in self.lenient else RULES[rule].severity

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it among the first."""
        self.counts[finding.rule] += 1
        if self.counts[finding.rule] <= self.limit:
            self.findings.append(finding)


class Notes:
    """The report as one file's checks write to it. A value comes in as it is and is kept as its shape."""

    def __init__(self, report: Report, file: str) -> None:
        self.report, self.file = report, file

    def note(
        self, rule: str, line: int | None = None, column: str = "", value: str | None = None, detail: str = ""
    ) -> None:
        """Add a finding; beyond the limit it is only counted, which keeps a wholly bad file quick."""
        if self.report.counts[rule] >= self.report.limit:
            self.report.counts[rule] += 1
            return
        seen = "" if value is None else shape(value)
        self.report.add(Finding(rule=rule, file=self.file, line=line, column=column, value=seen, detail=detail))

    def more(self, rule: str, count: int) -> None:
        """Count findings of a rule that are not told one by one."""
        self.report.counts[rule] += count

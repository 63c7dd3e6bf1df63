"""A made-up school district, the same for the same seed, of any size, as its SIS and its Workspace hold it.

No person, school or domain in it exists. Its mess is that of real districts: shared, missing, upper-case and
alias addresses, transfers, co-teachers, homonyms, empty classes, accounts without a SIS record and the reverse.
"""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from classbridge.oneroster.models import Record
from classbridge.sandbox.district.calendar import school_year
from classbridge.sandbox.district.records import records
from classbridge.sandbox.district.school import Plan
from classbridge.sandbox.district.workspace import Workspace


class District(Struct, frozen=True, kw_only=True):
    """A made-up district; `make` builds one."""

    name: str
    time_zone: str
    domain: str
    plan: Plan

    @classmethod
    def make(
        cls,
        *,
        students: int = 200,
        seed: int = 1,
        today: date,
        time_zone: str = "America/Chicago",
        domain: str = "riverbend.example",
    ) -> "District":
        """A district with that many students (50 to 1,000,000) whose current school year holds `today`.

        Staff have accounts on `domain`, students on `students.<domain>`. The same arguments give the same
        district in every process.
        """
        if students < 50:
            raise ValueError(f"A district needs at least 50 students, not {students}.")
        plan = Plan(
            seed=seed,
            students=students,
            today=today,
            this_year=school_year(today),
            last_year=school_year(today, "last"),
            staff_domain=domain,
            student_domain=f"students.{domain}",
        )
        return cls(name="Riverbend Unified School District", time_zone=time_zone, domain=domain, plan=plan)

    @property
    def today(self) -> date:
        """The day the district was made for."""
        return self.plan.today

    @property
    def domains(self) -> tuple[str, str]:
        """The Workspace domains: staff, students."""
        return self.plan.staff_domain, self.plan.student_domain

    @property
    def teacher_email(self) -> str:
        """The demo teacher: two sections, each with a Classroom course ready to be linked."""
        return f"maria.lindqvist@{self.plan.staff_domain}"

    @property
    def admin_email(self) -> str:
        """The administrator, in Workspace and in the SIS."""
        return f"admin@{self.plan.staff_domain}"

    @property
    def demo_sections(self) -> tuple[str, str]:
        """The sourcedIds of the demo teacher's two sections; the first is the one the demo links."""
        return "sec-0001-001-1", "sec-0001-002-1"

    def records(self) -> Iterator[Record]:
        """What the SIS holds, lazily: references only ever point to records of the same district."""
        return records(self.plan, self.name, self.admin_email)

    def classroom(self) -> Workspace:
        """The Workspace and Classroom side of the same district."""
        return Workspace(plan=self.plan, time_zone=self.time_zone, admin_email=self.admin_email)

"""The two linked sections of a measured class, as people of the SIS change who is in them."""

from msgspec import Struct

from classbridge.oneroster.models import Enrollment, Ref, User
from classbridge.oneroster.provider.selection import Is
from classbridge.sandbox.sis.state import SisSource


class Section(Struct, frozen=True, kw_only=True):
    """A section and the one beside it."""

    source: SisSource
    id: str
    beside: str

    def students(self, section: str) -> dict[str, Enrollment]:
        """Who is in a section now, by address; an address that two have stands for nobody."""
        found: dict[str, Enrollment | None] = {}
        for one in self.source.records("enrollment", (Is("class.sourcedId", section),)):
            user = self.source.record("user", one.user.sourced_id) if isinstance(one, Enrollment) else None
            if isinstance(one, Enrollment) and one.active and one.role == "student" and isinstance(user, User):
                email = (user.email or "").casefold()
                found[email] = None if email in found else one
        return {email: one for email, one in found.items() if one and email}

    def alone(self) -> list[str]:
        """The addresses of those who are in this section only."""
        beside = self.students(self.beside)
        return sorted(email for email in self.students(self.id) if email not in beside)

    def move(self, email: str) -> None:
        """Give a student the section beside, in place of this one."""
        place = self.students(self.id)[email.casefold()]
        place.class_ = Ref(sourced_id=self.beside, type="class")
        self.source.put(place)

    def leave(self, email: str) -> None:
        """End a student's place in the section, as a SIS marks it."""
        place = self.students(self.id)[email.casefold()]
        place.status = "tobedeleted"
        self.source.put(place)

"""What the rules say that the SIS holds, step by step: written from rules 2 to 5, not from the planner."""

from decimal import Decimal

from msgspec import Struct

Place = tuple[str, str, str]
"""Assignment, student's address, section."""


Value = tuple[Decimal | None, bool]
"""A score, and whether the student is excused."""


class Cell(Struct):
    """One place in the SIS: what it holds, what we last put there, and whether that is in doubt."""

    sis: Value | None = None
    sent: Value | None = None
    doubtful: bool = False
    """A SIS that did not answer as it should was written to: whether we know of our own value is open."""
    kept: tuple[Value | None, Value] | None = None
    """What a person let stand: the SIS's value, and Classroom's that it was kept against."""
    kept_in_doubt: bool = False
    """Whether it was there to be kept is open."""


class Model:
    """Classroom's side as people made it, and the places of the SIS as the rules leave them."""

    def __init__(self, works: list[str], sections: dict[str, str]) -> None:
        self.sections = sections
        self.grades: dict[tuple[str, str], Decimal] = {}
        self.excused: set[tuple[str, str]] = set()
        self.deleted: set[str] = set()
        self.works = works
        self.cells: dict[Place, Cell] = {}

    def cell(self, place: Place) -> Cell:
        """The place, empty at first."""
        return self.cells.setdefault(place, Cell())

    def place(self, work: str, student: str) -> Place:
        """Where a grade belongs now: the student's own section."""
        return work, student, self.sections[student]

    def wanted(self) -> dict[Place, Value]:
        """Every exportable grade and every mark at its place."""
        return {
            self.place(*one): (self.grades.get(one), one in self.excused)
            for one in {*self.grades, *self.excused}
            if one[0] not in self.deleted
        }

    def taken_back(self) -> set[Place]:
        """The places with our own value still, whose grade Classroom shows to be gone."""
        return {
            place
            for place, cell in self.cells.items()
            if cell.sis is not None
            and cell.sis == cell.sent
            and (place[0] in self.deleted or (place[0], place[1]) not in {*self.grades, *self.excused})
        }

    def keep(self) -> None:
        """A person lets every value stand that somebody changed in the SIS."""
        for place, points in self.wanted().items():
            cell = self.cell(place)
            drifted = cell.sis not in (points, cell.sent)
            if drifted or (cell.doubtful and cell.sis != points):
                cell.kept, cell.kept_in_doubt = (cell.sis, points), cell.doubtful

    def allowed(self, *, overwrite: bool, withdraw: bool, faulty: bool) -> dict[Place, set[Value | None]]:
        """What each place may hold after an export; one value, but where the SIS misbehaved."""
        wanted = self.wanted()
        found: dict[Place, set[Value | None]] = {}
        gone = self.taken_back() if withdraw else set()
        for place in {*wanted, *self.cells}:
            cell = self.cell(place)
            found[place] = {self._after(place, cell, wanted, gone, overwrite=overwrite)}
            if cell.kept_in_doubt and place in wanted:
                found[place] |= {cell.sis, wanted[place]}
            if faulty or (cell.doubtful and not (overwrite and place in wanted)):
                found[place] |= {
                    cell.sis,
                    *({wanted[place]} if place in wanted else {None} if withdraw else set()),
                }
        return found

    def _after(
        self, place: Place, cell: Cell, wanted: dict[Place, Value], gone: set[Place], *, overwrite: bool
    ) -> Value | None:
        if place not in wanted:
            return None if place in gone else cell.sis
        untouched = cell.sis == cell.sent
        if cell.kept == (cell.sis, wanted[place]) and not untouched:
            return cell.sis
        return wanted[place] if overwrite or untouched or cell.sis == wanted[place] else cell.sis

    def undone(self, before: dict[Place, Value], after: dict[Place, Value]) -> None:
        """Put back what an export changed, where the SIS still holds what it left; that is our own value then."""
        for place, cell in self.cells.items():
            changed = before.get(place) != after.get(place)
            if changed and cell.sis == after.get(place):
                cell.sis = cell.sent = before.get(place)

    def arrived(self, held: dict[Place, Value], *, withdraw: bool, faulty: bool) -> None:
        """Take over what the SIS was found to hold after an export."""
        wanted = self.wanted()
        for place, cell in self.cells.items():
            now = held.get(place)
            if now is None and withdraw:
                cell.sent = None
            elif place in wanted and now == wanted[place]:
                cell.sent = now
                cell.doubtful = cell.doubtful and faulty
                cell.kept, cell.kept_in_doubt = None, cell.kept_in_doubt and faulty
            cell.doubtful = cell.doubtful or (faulty and place in wanted)
            cell.sis = now

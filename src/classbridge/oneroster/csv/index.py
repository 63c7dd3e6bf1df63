"""What other files refer to: the sourcedIds of bulk files and the properties that references ask for.

Built in a first pass over the files that are referred to, and held exactly: about 100 bytes for each user, class,
org and so on, and nothing for an enrolment or a result that nobody refers to.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import compress

from msgspec import Struct, field

from classbridge.oneroster.csv.header import Header, read_header
from classbridge.oneroster.csv.layout import Constraint, File, Layout
from classbridge.oneroster.csv.package import Package, PackageError
from classbridge.oneroster.csv.reading import Batch, UnreadableError, batches
from classbridge.oneroster.csv.report import Notes, Report
from classbridge.oneroster.models import Version


class Wanted(Struct, frozen=True, kw_only=True):
    """The ids in `id_column` of the rows of a file whose `column` has a value.

    Only another word of the vocabulary says that a record is something else: an extension (`ext:campus`) may be
    a school, and a misspelt word is told where it stands.
    """

    file: str
    column: str
    value: str
    id_column: str = "sourcedId"

    def others(self, known: Layout) -> frozenset[str]:
        """The other words."""
        column = next(one for one in known.files[self.file].columns if one.name == self.column)
        return frozenset(column.enum) - {self.value}


Wishes = dict[Wanted, frozenset[str]]


class Index(Struct, kw_only=True):
    """`ids` by file, with a blank among them, which no reference needs to resolve; `chosen` likewise by wish.

    `ranges` are the least and the highest score of each line item, `parents` those of orgs and sessions.
    """

    ids: dict[str, set[str]] = field(default_factory=dict)
    chosen: dict[Wanted, set[str]] = field(default_factory=dict)
    ranges: dict[str, tuple[str, str]] = field(default_factory=dict)
    parents: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))


def wanted(constraint: Constraint, version: Version) -> Wanted | None:
    """What a reference's constraint asks of the record that it leads to."""
    if constraint.org_type:
        return Wanted(file="orgs", column="type", value=constraint.org_type)
    if constraint.academic_session_type:
        return Wanted(file="academicSessions", column="type", value=constraint.academic_session_type)
    if constraint.user_role and version is Version.V1_1:
        return Wanted(file="users", column="role", value=constraint.user_role)
    if constraint.user_role:
        return Wanted(file="roles", column="role", value=constraint.user_role, id_column="userSourcedId")
    return None


def build(package: Package, known: Layout, bulk: set[str], present: set[str]) -> Index:
    """Read the bulk files that a file of the package refers to."""
    index = Index()
    columns = [column for name in present for column in known.files[name].layouts[-1]]
    wishes = {wish for column in columns if (wish := wanted(column.constraint, known.version))}
    referred = {column.references for column in columns} | {wish.file for wish in wishes}
    for name in sorted(bulk & referred - {None}):
        _read(
            package, known.files[name], {wish: wish.others(known) for wish in wishes if wish.file == name}, index
        )
    return index


def _read(package: Package, file: File, wishes: Wishes, index: Index) -> None:
    """What is wrong with the file is told by the pass that checks it."""
    ids = index.ids.setdefault(file.name, {""})
    for header, batch in rows_of(package, file):
        at = header.position("sourcedId") or 0
        ids.update(row[at] for row in batch.rows if len(row) > at)
        columns = list(zip(*(row for row in batch.rows if len(row) == header.fields), strict=True))
        _doubt({row[at] for row in batch.rows if at < len(row) != header.fields}, wishes, index)
        if columns:
            _choose(header, columns, wishes, index)
            _parents(header, columns, index.parents[file.name])
            if file.name == "lineItems":
                _ranges(header, columns, index)


def rows_of(package: Package, file: File) -> Iterator[tuple[Header, Batch]]:
    """Read a file again without telling what is wrong with it; end where it cannot be read."""
    unheard = Notes(Report(limit=0), file.file_name)
    header: Header | None = None
    try:
        with package.stream(file.file_name) as stream:
            for batch in batches(stream, package.limits, unheard):
                if header is None and batch.rows:
                    header = read_header(batch.rows[0], file)
                    batch = Batch(batch.numbers[1:], batch.rows[1:])
                if header is not None:
                    yield header, batch
    except (UnreadableError, PackageError):
        return


def _choose(header: Header, columns: list[tuple[str, ...]], wishes: Wishes, index: Index) -> None:
    for wish, others in wishes.items():
        at, of = header.position(wish.column), header.position(wish.id_column)
        if at is not None and of is not None:
            chosen = index.chosen.setdefault(wish, {""})
            chosen.update(compress(columns[of], [value not in others for value in columns[at]]))


def _doubt(ids: set[str], wishes: Wishes, index: Index) -> None:
    """A row of the wrong length is told once, and not again by everything that refers to it."""
    for wish in wishes if ids else ():
        index.chosen.setdefault(wish, {""}).update(ids)


def _parents(header: Header, columns: list[tuple[str, ...]], parents: dict[str, str]) -> None:
    at, of = header.position("parentSourcedId"), header.position("sourcedId")
    if at is not None and of is not None:
        parents.update((child, parent) for child, parent in zip(columns[of], columns[at], strict=True) if parent)


def _ranges(header: Header, columns: list[tuple[str, ...]], index: Index) -> None:
    at = [header.position(name) for name in ("sourcedId", "resultValueMin", "resultValueMax")]
    if None not in at:
        ids, least, most = (columns[one] for one in at if one is not None)
        index.ranges.update(zip(ids, zip(least, most, strict=True), strict=True))

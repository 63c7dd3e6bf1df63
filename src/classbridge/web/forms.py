"""What a form sent, as plain text values."""

from datetime import date

from litestar.datastructures import FormMultiDict, UploadFile

from classbridge.web.reader import PageRequest


class Form:
    """The fields of a posted form."""

    def __init__(self, fields: FormMultiDict) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        """Return a field without space around it; empty when it is not there."""
        return str(self._fields.get(name) or "").strip()

    def upload(self, name: str) -> bytes:
        """Return an uploaded file's content; empty when there is none."""
        found = self._fields.get(name)
        return found.file.read() if isinstance(found, UploadFile) else b""

    def file_name(self, name: str) -> str:
        """Return an uploaded file's name; empty when there is none."""
        found = self._fields.get(name)
        return found.filename if isinstance(found, UploadFile) else ""

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self._fields

    def all(self, name: str) -> list[str]:
        """Return every value of a field that may come several times."""
        return [str(value) for value in self._fields.getall(name, [])]

    def all_of(self, prefix: str) -> list[str]:
        """Return every value of the fields named so, or so with a colon and what they are about behind it."""
        fields = self._fields.multi_items()
        return [str(value) for name, value in fields if name == prefix or name.startswith(f"{prefix}:")]

    def day(self, name: str) -> date | None:
        """Return a date field; None when it is empty or no date."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            return None

    def keys(self, name: str) -> list[tuple[str, str]]:
        """Return SIS classes, each sent as "connection|class"."""
        return [(one, two) for one, _, two in (value.partition("|") for value in self.all(name)) if two]


async def form_of(request: PageRequest) -> Form:
    """Read the request's form."""
    return Form(await request.form())


def local_path(wanted: str, otherwise: str = "/") -> str:
    """Return an address only if it stays on this site: a link must not send a reader elsewhere."""
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if safe and wanted.isprintable() else otherwise

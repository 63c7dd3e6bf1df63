"""What commands say about outcomes, runs and connections: as data, and as lines of text."""

from typing import Any

import msgspec

from classbridge.service.views import ConnectionView, RunView, Said
from classbridge.text.outcomes import explain

KINDS = {
    "students": "students",
    "teachers": "teachers",
    "grading_periods": "grading periods",
    "grade_categories": "grade categories",
    "grades": "grades",
}


def told(said: Said) -> dict[str, Any]:
    """An outcome with its words, for JSON."""
    words = explain(said.code, said.params)
    return {**plain(said), **msgspec.structs.asdict(words)}


def plain(view: object) -> Any:
    """A view as JSON's own types; decimals are strings, so that no digit is lost."""
    return msgspec.to_builtins(view)


def happened(said: Said | None) -> str:
    """What happened, in one line."""
    if said is None:
        return ""
    line = explain(said.code, said.params).happened
    return f"{line} (the SIS says: {said.sis_words})" if said.sis_words else line


def advice(said: Said) -> str:
    """What an outcome means, what to do and who can, in one indented line each."""
    words = explain(said.code, said.params)
    return f"      {words.meaning}\n      What to do: {words.fix}\n      Who: {words.owner}"


def run(view: RunView | None) -> dict[str, Any] | None:
    """A run, for JSON; None where there is none."""
    if view is None:
        return None
    return {**plain(view), "said": told(view.said) if view.said else None}


def connection(card: ConnectionView) -> dict[str, Any]:
    """A connection's card, for JSON: without the SIS's guide, with its proof in words."""
    shown: dict[str, Any] = plain(card)
    del shown["choice"]
    proof = [{**plain(line), "said": told(line.said) if line.said else None} for line in card.proof]
    return {**shown, "who": card.choice.who, "notice": card.choice.notice, "proof": proof}


def card(view: ConnectionView) -> str:
    """A connection's card as text."""
    confirmed = ", ".join(KINDS[one.kind] for one in view.data if one.confirmed) or "nothing yet"
    lines = [
        f"{view.name} {view.version}: {view.state}   ({view.id})",
        f"  address         {view.base_url or '-'}",
        f"  key             {_key(view)}",
        f"  data exchange   {confirmed}",
        f"  linked classes  {view.linked_classes}, runs under way: {view.running}",
        *(proof_line(line.name, line.state, line.said) for line in view.proof),
    ]
    return "\n".join(lines)


def _key(view: ConnectionView) -> str:
    if not view.key_kept:
        return "none"
    return f"kept, until {view.key_expires_on}" if view.key_expires_on else "kept, without an end date"


def proof_line(name: str, state: str, said: Said | None) -> str:
    """One line of a connection's proof; a failure with what to do."""
    line = f"  {name:<15} {state}" + (f": {happened(said)}" if said else "")
    return f"{line}\n{advice(said)}" if said and state == "failed" else line

"""What an export comes to: what its pages call each outcome, and under which heading it is counted."""

from classbridge.bridge.decision import Verdict
from classbridge.bridge.outcome import Code, Kind, catalogue


def decision(code: Code) -> str:
    """What became of a grade, in a word: what the outcome's kind is, or that it is drifted."""
    if code is Code.DRIFTED_SKIPPED:
        return str(Verdict.DRIFTED)  # nobody was there to ask, so somebody is still to be asked
    return catalogue[code].kind.value


def heading(code: Code) -> str:
    """Under which count an outcome falls: verified, withdrawn, notes, or its decision."""
    if code in (Code.VERIFIED, Code.WITHDRAWN):
        return code.lower()
    found = decision(code)
    return "notes" if found == Kind.INFO else found

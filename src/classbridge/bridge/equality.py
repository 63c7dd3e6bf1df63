"""When a grade in the SIS equals the one we sent: the value the SIS's profile predicts, and nothing looser."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from msgspec import Struct

from classbridge.bridge.gradebook import GradebookRules
from classbridge.bridge.outcome import Code, Outcome
from classbridge.oneroster.models import Result

GRADED = "fully graded"
EXEMPT = "exempt"


class Value(Struct, frozen=True):
    """A grade as a SIS holds it: `score` in the line item's points, `status` in the standard's spelling."""

    score: Decimal | None
    status: str = GRADED
    comment: str | None = None

    def __str__(self) -> str:
        """Show it for a person: the score, or the status where there is none or it says more."""
        shown = None if self.score is None else show(self.score)
        if same_status(self.status, GRADED) and shown is not None:
            return shown
        return self.status if shown is None else f"{shown} ({self.status})"


class Prediction(Struct, frozen=True):
    """What the SIS will hold after `sent`, and what gets lost on the way; a blocking loss must not be sent."""

    sent: Value
    value: Value
    losses: tuple[Outcome, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether the SIS is known to refuse it."""
        return any(loss.blocks for loss in self.losses)


def predict(
    rules: GradebookRules,
    score: Decimal | None,
    maximum: Decimal | None,
    status: str = GRADED,
) -> Prediction:
    """Predict what a SIS with these rules will hold; every known loss is an outcome, shown before sending."""
    sent = Value(score, status)
    losses: list[Outcome] = []
    if not any(same_status(status, kept) for kept in rules.score_statuses) and not same_status(status, GRADED):
        losses.append(Outcome.of(Code.SKIPPED_EXCUSED))
    held_score = None if score is None else _stored_score(rules, score, maximum, losses)
    return Prediction(sent, Value(held_score, status), tuple(losses))


def _stored_score(
    rules: GradebookRules, score: Decimal, maximum: Decimal | None, losses: list[Outcome]
) -> Decimal:
    stored = score
    if maximum is not None and score > maximum and rules.above_maximum != "keep":
        clamps = rules.above_maximum == "clamp"
        code = Code.SCORE_CLAMPED if clamps else Code.SCORE_ABOVE_MAXIMUM
        losses.append(Outcome.of(code, score=show(score), maximum=show(maximum)))
        stored = maximum if clamps else score
    if rules.score_decimals is not None:
        rounded = stored.quantize(Decimal(1).scaleb(-rules.score_decimals), rounding=ROUND_HALF_UP)
        if rounded != stored:
            losses.append(Outcome.of(Code.SCORE_ROUNDED, score=show(stored), stored=show(rounded)))
        stored = rounded
    return stored


def equal(predicted: Value, found: Value) -> bool:
    """Whether the SIS holds what was predicted. A comment we did not send is the SIS's own and not compared."""
    if predicted.comment and (predicted.comment.strip() != (found.comment or "").strip()):
        return False
    return predicted.score == found.score and same_status(predicted.status, found.status)


def shown(value: Value | None) -> str:
    """Write what a place of the SIS holds, as people are shown it: the grade, or a dash where there is none."""
    return "–" if value is None else str(value)


def same_status(one: str, other: str) -> bool:
    """Compare score statuses; servers write "fully graded", "fully-graded" and "Fully_Graded"."""
    return _plain(one) == _plain(other)


@lru_cache(maxsize=64)  # the same few, for every grade of a page
def _plain(status: str) -> str:
    return " ".join(status.casefold().replace("-", " ").replace("_", " ").split())


def value_of(result: Result) -> Value:
    """Return the grade that a result of the SIS holds."""
    return Value(result.score, result.score_status, result.comment)


def show(score: Decimal) -> str:
    """Write a score the shortest way: 7.50 is 7.5, 1E+1 is 10."""
    plain = format(score, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain

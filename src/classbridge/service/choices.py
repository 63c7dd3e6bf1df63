"""The SIS products as an admin chooses among them: from their profiles and guides."""

from functools import cache

from classbridge.service.views import GuideStep, SisChoice
from classbridge.sis.guide import Step
from classbridge.sis.registry import guide, profile, profiles


@cache
def every(language: str) -> tuple[SisChoice, ...]:
    """Every SIS, the named products first."""
    return tuple(one(vendor, language) for vendor in profiles())


@cache
def one(vendor: str, language: str) -> SisChoice:
    """One SIS in the reader's language."""
    known, words = profile(vendor), guide(vendor, language)
    edition = known.edition(known.recommended)
    return SisChoice(
        vendor=vendor,
        name=known.name,
        versions=tuple(str(version) for version in known.versions),
        recommended_version=str(known.recommended),
        who=words.who,
        notice=" ".join(filter(None, (words.notice, words.meanwhile))) or None,
        base_url_example=edition.example,
        base_url_fixed=edition.fixed_url,
        key_label=words.key_label,
        extra_header=edition.headers[0].name if edition.headers else None,
        token_url_needed=edition.token_url is None,
        guide=tuple(map(_step, words.steps)),
        replace_key=tuple(map(_step, words.replace_key)),
        unverified=tuple(f"{fact.about}: {fact.value}" for fact in known.unverified),
    )


def _step(step: Step) -> GuideStep:
    return GuideStep(text=step.text, cautions=step.cautions, tips=step.tips, if_not_found=step.if_not_found)

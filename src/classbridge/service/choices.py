"""The SIS products as an admin chooses among them: from their profiles and guides."""

from functools import cache

import msgspec
from msgspec import Struct

from classbridge.service.views import Contact, GuideStep, SisChoice
from classbridge.sis.guide import CommonGuide, Step
from classbridge.sis.profile import Fact, Profile
from classbridge.sis.registry import common_guide, guide, profile, profiles


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
        ask=words.ask,
        state=known.state,
        proved_in_sandbox=known.proved.sandbox,
        proved_live=known.proved.live,
        licences=known.licences,
        minimum_version=known.minimum_version,
        recommended_release=known.recommended_version,
        reach=known.reach,
        credentials_unaided=known.credentials_unaided,
        support=contact(known),
    )


def contact(known: Profile) -> Contact:
    """Whom to ask at a SIS, as the profile says or the admin put it."""
    return msgspec.convert(known.support, Contact, from_attributes=True)


class Known(Struct, frozen=True):
    """All that is said of a SIS, and the steps on our side, which are the same for every SIS."""

    choice: SisChoice
    facts: tuple[Fact, ...]
    open_questions: tuple[str, ...]
    ours: CommonGuide


def everything(vendor: str, language: str) -> Known | None:
    """All that is known of one SIS; None where there is no such SIS. Facts are told in English."""
    if vendor not in profiles():
        return None
    known = profile(vendor)
    return Known(one(vendor, language), known.facts, known.open_questions, common_guide(language))


def _step(step: Step) -> GuideStep:
    return GuideStep(
        text=step.text,
        cautions=step.cautions,
        tips=step.tips,
        if_not_found=step.if_not_found,
        optional=step.optional,
        google_only=step.google_only,
    )

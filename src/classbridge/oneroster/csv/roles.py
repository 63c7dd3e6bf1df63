"""1.1's administrator in the words of 1.2, which knows one for each kind of organisation."""

_ABOVE_SCHOOLS = {"district", "local", "state", "national"}


def role_in_1_2(role: str, org_type: str | None) -> str:
    """The role that a person of 1.1 has at an organisation of this type, in 1.2's vocabulary."""
    if role != "administrator":
        return role
    return "districtAdministrator" if org_type in _ABOVE_SCHOOLS else "siteAdministrator"

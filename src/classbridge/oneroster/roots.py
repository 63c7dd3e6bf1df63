"""Where a OneRoster server's services start (REST bindings 1.1 section 3.1, 1.2 section 3.1)."""

from typing import Literal, Self

import msgspec

from classbridge.oneroster.models import Version

Service = Literal["rostering", "gradebook", "resources"]


class Roots(msgspec.Struct, frozen=True, kw_only=True):
    """The base URL of each service, without a slash at the end."""

    rostering: str
    gradebook: str
    resources: str

    @classmethod
    def of(cls, base: str, version: Version, *, flat: bool = False) -> Self:
        """Derive the roots from one base URL.

        1.1 has one root, `base` itself (".../ims/oneroster/v1p1"). 1.2 has one per service below `base`
        (".../ims/oneroster"): `/rostering/v1p2` and so on; `flat` is the layout without the service segment,
        `base/v1p2` (quirk Q19).
        """
        base = base.rstrip("/")
        if version is Version.V1_1:
            return cls(rostering=base, gradebook=base, resources=base)
        if flat:
            return cls(rostering=f"{base}/v1p2", gradebook=f"{base}/v1p2", resources=f"{base}/v1p2")
        return cls(
            rostering=f"{base}/rostering/v1p2",
            gradebook=f"{base}/gradebook/v1p2",
            resources=f"{base}/resources/v1p2",
        )

    def url(self, service: Service | str, path: str) -> str:
        """Return the address of a path of a service."""
        return f"{getattr(self, service)}/{path.lstrip('/')}"

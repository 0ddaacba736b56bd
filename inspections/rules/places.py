"""Where a phone says it is."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Place:
    """Where a phone says it is; both empty when it does not say."""

    latitude: Decimal | None = None
    longitude: Decimal | None = None

    @property
    def is_known(self) -> bool:
        return self.latitude is not None and self.longitude is not None


NOWHERE = Place()

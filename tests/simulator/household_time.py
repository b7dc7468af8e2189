"""What a household takes for the time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

STAMP = "%Y-%m-%d %H:%M:%S"
_NO_SUMMER_TIME = "0" * 24


@dataclass(slots=True)
class HouseholdTime:
    """Time zone and formats; every change of the zone raises the generation."""

    index: int = 8
    minutes: int = 0
    adjust: bool = True
    generation: int = 2
    server: str = "0.sonostime.pool.ntp.org"
    time_format: str = "24H"
    date_format: str = "DMY"
    index_refresh: str = "03:00:00"

    @property
    def zone(self) -> str:
        """The time zone as players write it: minutes to UTC, and a rule that changes nothing."""
        return f"{-self.minutes & 0xFFFF:04x}{_NO_SUMMER_TIME}"

    def set_zone(self, index: int, minutes: int, *, adjust: bool) -> None:
        """Move to another zone."""
        self.index, self.minutes, self.adjust = index, minutes, adjust
        self.generation += 1

    def utc(self) -> str:
        """Return the time in UTC."""
        return datetime.now(UTC).strftime(STAMP)

    def local(self) -> str:
        """Return the time in the house."""
        return (datetime.now(UTC) + timedelta(minutes=self.minutes)).strftime(STAMP)

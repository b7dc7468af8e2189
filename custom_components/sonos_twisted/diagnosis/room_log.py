"""What happens in each room, as lines of the log, with nothing in them that identifies anybody.

Each room has a logger of its own, so that the log of one room can be had alone: that of the
kitchen is ``custom_components.sonos_twisted.room.kitchen``. Each line begins with the name of the
room. What concerns no room in particular is told of the household.

Lives on the event loop.
"""

from collections.abc import Callable, Iterable, Mapping
import logging
from typing import TYPE_CHECKING, Any, override

from homeassistant.core import callback
from homeassistant.util import slugify

from ..const import DOMAIN
from ..engine import AnyNews, EngineError, EventNews
from .recent import about, tell
from .redaction import Redactor

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

#: Values that are in most events, and say nothing.
_NOTHING = ("", "NOT_IMPLEMENTED")

#: Above the loggers of all rooms.
ROOMS = logging.getLogger(f"custom_components.{DOMAIN}.room")


class _ByRoom(Redactor):
    """Calls speakers by the names of their rooms."""

    def __init__(self, name: Callable[[str], str], household_id: str) -> None:
        self._name_of = name
        super().__init__((), (household_id,))

    @override
    def name(self, uid: str) -> str:
        return self._name_of(uid)


def _in_one_word(value: Any) -> str:
    """Return the value of a variable, or its values for several channels."""
    if isinstance(value, Mapping):
        return "/".join(f"{channel}:{each}" for channel, each in value.items())
    return str(value)


class RoomLog:
    """Logs what happens in the rooms of one household, at level debug."""

    def __init__(self, coordinator: HouseholdCoordinator) -> None:
        """Prepare for the household of a coordinator."""
        self._name = coordinator.name_of
        self._household = coordinator.household
        self._redactor = _ByRoom(self._name, self._household.household_id)
        self._loggers: dict[str, logging.Logger] = {}
        self._failing: dict[tuple[str, str], str] = {}

    @callback
    def note(self, news: Iterable[AnyNews]) -> None:
        """Tell news, with the values of variables as far as they tell how a speaker is."""
        for piece in news:
            uid = about(piece)
            if not self._logger(uid).isEnabledFor(logging.DEBUG):
                continue
            text = tell(piece)
            if isinstance(piece, EventNews):
                text = f"{text.partition(':')[0]}: {self._values(piece.variables)}"
            self._log(uid, "%s", self._redactor.text(text))

    def _values(self, variables: Any) -> str:
        """Return variables with their values, on one line, without those that are empty."""
        return ", ".join(
            f"{name}={_in_one_word(value)}"
            for name, value in self._redactor.variables(variables).items()
            if value not in _NOTHING
        )

    @callback
    def regrouped(self, uids: Iterable[str]) -> None:
        """Tell who plays together now, of rooms of which that is new."""
        for uid in sorted(uids):
            members = self._household.group_members(uid)
            self._log(uid, "its group is %s", ", ".join(map(self._name, members)) or "unknown")

    @callback
    def done(self, speaker: Speaker, command: str, seconds: float) -> None:
        """Tell that a speaker did what it was asked to do."""
        if self._failing.pop((speaker.uid, command), None) is not None:
            self._log(speaker.uid, "%s works again", command)
        else:
            self._log(speaker.uid, "%s took %.3f s", command, seconds)

    @callback
    def failed(self, speaker: Speaker, command: str, error: EngineError) -> None:
        """Tell that a speaker did not do what somebody wanted it to do."""
        self._log(speaker.uid, "%s failed: %s", command, self._redactor.text(str(error)))

    @callback
    def keeps_failing(self, speaker: Speaker, command: str, error: EngineError) -> None:
        """Tell that something that is asked again and again fails, once for each reason."""
        reason = str(error)
        if self._failing.get((speaker.uid, command)) != reason:
            self._failing[speaker.uid, command] = reason
            self.failed(speaker, command, error)

    def _log(self, uid: str, text: str, *values: object) -> None:
        logger = self._logger(uid)
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s: %s", self._name(uid), text % values)

    def _logger(self, uid: str) -> logging.Logger:
        name = self._name(uid)
        if (logger := self._loggers.get(name)) is None:
            logger = self._loggers[name] = ROOMS.getChild(slugify(name))
        return logger

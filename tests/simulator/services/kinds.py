"""Types and helpers that the services share."""

from typing import TYPE_CHECKING

from tests.simulator.errors import Code, UpnpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.speaker import Speaker

type Arguments = dict[str, str]
type Answer = dict[str, str] | None
type Handler = Callable[[Speaker, Arguments], Answer]
# The name of a variable, with its channel where there are channels.
type Key = str | tuple[str, str]
type Variables = dict[Key, str]


def number(text: str) -> int:
    """Read an integer argument; empty means 0, as players read it.

    Raises:
        UpnpError: The text is no integer.
    """
    try:
        return int(text.strip() or "0")
    except ValueError:
        raise UpnpError(Code.INVALID_ARGS) from None


def truth(text: str) -> bool:
    """Read a boolean argument."""
    return text.strip().lower() in {"1", "true", "yes"}


def nothing(_speaker: Speaker, _arguments: Arguments) -> Answer:
    """Accept an action that changes nothing here."""
    return None


def not_implemented(_speaker: Speaker, _arguments: Arguments) -> Answer:
    """Refuse an action that the simulator has no model of.

    Raises:
        UpnpError: Always.
    """
    raise UpnpError(Code.OPTIONAL_NOT_IMPLEMENTED)


def fixed(**values: str) -> Handler:
    """Return an action that always answers the same."""

    def handler(_speaker: Speaker, _arguments: Arguments) -> Answer:
        return values

    return handler


def coordinator_only(code: Code) -> Callable[[Handler], Handler]:
    """Let an action fail with ``code`` on players that lead no group."""

    def decorate(handler: Handler) -> Handler:
        def guarded(speaker: Speaker, arguments: Arguments) -> Answer:
            if not speaker.is_coordinator:
                raise UpnpError(code)
            return handler(speaker, arguments)

        return guarded

    return decorate

"""What can go wrong between this floor and a household.

Every exception here says in its message what failed and why, in words that can be shown to a
person, and can be pickled, so that it is the same whichever command runner raised it.
"""

from typing import override

from soco.exceptions import SoCoException


class EngineError(SoCoException):
    """Something this floor was asked to do did not happen."""


class ReactorUnavailableError(EngineError):
    """The reactor thread was stopped, and Twisted cannot start a reactor twice in a process."""


class ListenError(EngineError):
    """No port was free for the listener, so speakers could not deliver events.

    Args:
        address: The local address that was tried.
        first_port: The lowest port that was tried.
        last_port: The highest port that was tried.
        reason: The operating system's words for the last attempt.

    """

    def __init__(self, address: str, first_port: int, last_port: int, reason: str) -> None:
        """Name the ports that were tried."""
        super().__init__(address, first_port, last_port, reason)
        self.address = address
        self.first_port = first_port
        self.last_port = last_port
        self.reason = reason

    @override
    def __str__(self) -> str:
        return (
            f"Cannot listen for events on {self.address}: none of the ports {self.first_port} to"
            f" {self.last_port} is free ({self.reason})"
        )


class PlayerError(EngineError):
    """A speaker did not do what it was asked to do.

    Args:
        host: The address that was asked.
        reason: Why it failed, as the end of a sentence.

    """

    def __init__(self, host: str, reason: str) -> None:
        """Name the speaker's address and the reason."""
        super().__init__(host, reason)
        self.host = host
        self.reason = reason

    @override
    def __str__(self) -> str:
        return f"{self.host} {self.reason}"


class PlayerUnreachableError(PlayerError):
    """The speaker refused the connection, broke it off, or did not answer in time."""


class UnknownNameError(PlayerUnreachableError):
    """No machine of the network has this name."""

    def __init__(self, host: str) -> None:
        """Say which name."""
        super().__init__(host, "cannot be found: there is no such name in the network")
        self.args = (host,)


class Ipv6OnlyError(PlayerUnreachableError):
    """The name leads to IPv6 addresses only, which speakers are not spoken to at."""

    def __init__(self, host: str) -> None:
        """Say which name."""
        super().__init__(host, "has no IPv4 address, and speakers are spoken to by IPv4 only")
        self.args = (host,)


class UpnpDisabledError(PlayerError):
    """The speaker answered 403: UPnP is switched off in the Sonos app's privacy settings."""

    def __init__(self, host: str) -> None:
        """Name the speaker's address."""
        super().__init__(host, "refuses control: UPnP is switched off in the Sonos app")
        self.args = (host,)


class NotSonosError(PlayerError):
    """Whatever answers at this address is not a Sonos speaker."""

    def __init__(self, host: str) -> None:
        """Name the address."""
        super().__init__(host, "answers, but is not a Sonos speaker")
        self.args = (host,)


class UpnpError(PlayerError):
    """The speaker understood the request and declined it with a UPnP error code.

    Args:
        host: The address that was asked.
        action: The UPnP action, for example ``Play``.
        code: The UPnP error code, for example 701.
        service: The UPnP service that the action belongs to, which gives the code its meaning.

    """

    def __init__(self, host: str, action: str, code: int, service: str = "") -> None:
        """Name the action and the code."""
        super().__init__(host, f"declined {action} with UPnP error {code}")
        self.args = (host, action, code, service)
        self.action = action
        self.code = code
        self.service = service


class HttpStatusError(PlayerError):
    """The speaker answered with an HTTP status that the protocol does not provide for.

    Args:
        host: The address that was asked.
        request: What was asked, for example ``SUBSCRIBE`` or ``Play``.
        status: The HTTP status.

    """

    def __init__(self, host: str, request: str, status: int) -> None:
        """Name the request and the status."""
        super().__init__(host, f"answered {request} with HTTP status {status}")
        self.args = (host, request, status)
        self.request = request
        self.status = status


class SubscriptionLostError(PlayerError):
    """The speaker does not know the subscription (412): it rebooted, or the lease ran out."""

    def __init__(self, host: str) -> None:
        """Name the speaker's address."""
        super().__init__(host, "no longer knows the subscription")
        self.args = (host,)


class EventsNotArrivingError(PlayerError):
    """A speaker granted a subscription, but its first event never reached the listener.

    Args:
        host: The speaker's address.
        callback: The URL, without its token, at which the speaker was told to deliver.

    """

    def __init__(self, host: str, callback: str) -> None:
        """Name the speaker and the address that it was given."""
        super().__init__(host, f"accepted the subscription, but its events do not reach {callback}")
        self.args = (host, callback)
        self.callback = callback


class ControlApiError(PlayerError):
    """The speaker understood a command of its control API and declined it.

    Args:
        host: The address that was asked.
        command: The command, for example ``loadAudioClip``.
        code: Why, for example ``ERROR_UNSUPPORTED_COMMAND``.

    """

    def __init__(self, host: str, command: str, code: str) -> None:
        """Name the command and the reason."""
        super().__init__(host, f"declined {command} with {code}")
        self.args = (host, command, code)
        self.command = command
        self.code = code


class ClipUnplayableError(PlayerError):
    """The speaker took an audio clip and then could not play it."""

    def __init__(self, host: str) -> None:
        """Name the speaker's address."""
        super().__init__(host, "could not play the audio clip")
        self.args = (host,)

"""Claims of announcements that a speaker is at another address now, and whether they are true.

Anybody in the network can announce anything, and UPnP has no keys. So an announcement is no more
than a reason to ask: at the new address whether the speaker answers there, and then at the old one
whether it does so no more. Lives on the reactor thread.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import logging
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore
from twisted.python.failure import Failure

from .commands.identity import describe
from .errors import EngineError

if TYPE_CHECKING:
    from .player import Player
    from .runner import CommandRunner
    from .speaker_link import SpeakerLink

_LOGGER = logging.getLogger(__name__)

#: Seconds within which a speaker that is still at its old address says so.
OLD_ADDRESS_SECONDS = 3.0

#: How many new addresses are asked at once: announcements that lead nowhere shall not occupy all
#: the threads of a runner.
ASKED_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class AddressClaim:
    """What an announcement says of a speaker: where it is, and its boot sequence number."""

    player: Player
    boot_seq: int | None


class AddressClaims:
    """Examines claims, one at a time for each speaker, and has the speaker moved if one is true.

    The last claim of each speaker that was not found true is kept: when the speaker is out of
    reach, it may have become so.
    """

    def __init__(
        self,
        runner: CommandRunner,
        clock: Any,
        links: Mapping[str, SpeakerLink],
        move: Callable[[SpeakerLink, AddressClaim], None],
    ) -> None:
        """Begin without claims.

        Args:
            runner: Asks at addresses.
            clock: The reactor, or a fake clock.
            links: The links to all speakers, by uid.
            move: Takes a link and the claim that was found to be true of its speaker.

        """
        self._runner = runner
        self._clock = clock
        self._links = links
        self._move = move
        self._kept: dict[str, AddressClaim] = {}
        self._examinations: dict[str, Deferred[None]] = {}
        self._turns = DeferredSemaphore(ASKED_AT_ONCE)

    def take(self, uid: str, claim: AddressClaim) -> None:
        """Examine a claim, now or when the one before has been."""
        self._kept[uid] = claim
        self.examine_again(uid)

    def examine_again(self, uid: str) -> None:
        """Examine what was claimed last of a speaker; harmless when there is nothing to examine."""
        link, claim = self._links.get(uid), self._kept.get(uid)
        if link is None or claim is None or uid in self._examinations:
            return
        if claim.player == link.player:
            del self._kept[uid]
            return
        begin: Deferred[None] = Deferred()
        self._examinations[uid] = begin
        examination = begin.addCallback(lambda _: self._is_true(claim, link))
        examination.addBoth(self._ended, link, claim).addErrback(_complain)
        begin.callback(None)

    def stop(self) -> None:
        """Examine no more."""
        self._kept.clear()
        for examination in list(self._examinations.values()):
            examination.cancel()

    def _is_true(self, claim: AddressClaim, link: SpeakerLink) -> Deferred[bool]:
        is_new_true = self._turns.run(self._answers, link.uid, claim.player)
        return is_new_true.addCallback(self._has_left, link)

    def _answers(self, uid: str, player: Player) -> Deferred[bool]:
        asking = self._runner.run(describe, player.address)
        return asking.addCallbacks(lambda description: description.uid == uid, _does_not_answer)

    def _has_left(self, is_elsewhere: bool, link: SpeakerLink) -> Deferred[bool] | bool:
        if not is_elsewhere:
            return False
        asking = self._answers(link.uid, link.player)
        asking.addTimeout(OLD_ADDRESS_SECONDS, self._clock, lambda *_: False)
        return asking.addCallback(self._note_answer, link)

    def _note_answer(self, is_there: bool, link: SpeakerLink) -> bool:
        if is_there:
            _LOGGER.debug("%s: it is still at %s", link.player.name, link.player.address)
            link.command_answered()
        return not is_there

    def _ended(self, outcome: bool | Failure, link: SpeakerLink, claim: AddressClaim) -> None:
        del self._examinations[link.uid]
        is_latest = self._kept.get(link.uid) is claim
        # Meanwhile the topology may have said where the speaker is, or that it is gone.
        if outcome is True and self._links.get(link.uid) is link:
            if is_latest:
                del self._kept[link.uid]
            self._move(link, claim)
        if not is_latest:
            self.examine_again(link.uid)
        if isinstance(outcome, Failure):
            outcome.trap(CancelledError)


def _does_not_answer(failure: Failure) -> bool:
    failure.trap(EngineError)
    return False


def _complain(failure: Failure) -> None:
    _LOGGER.error("A new address could not be looked into:\n%s", failure.getTraceback())

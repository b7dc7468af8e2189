"""The host's end of the engine: one household, opened, listened to, spoken to and closed."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
import functools
import logging
from typing import TYPE_CHECKING, Any, Literal

import soco
import twisted
from twisted.internet.defer import Deferred, succeed

from ..model import EngineHealth
from .commands.identity import Identity, identify
from .commands.state import read
from .errors import EngineError, NotSonosError, PlayerError, PlayerUnreachableError
from .gena import GenaClient
from .listener import Listener, Listeners, ListenSettings
from .mailbox import Mailbox
from .player import Player
from .process_runner import ProcessRunner
from .reporters import TOPOLOGY
from .runner import STOP_SECONDS, CommandRunner, ThreadRunner
from .self_test import SelfTest, try_events
from .session import HouseholdSession
from .subscription import DEFAULT_LEASE_SECONDS

if TYPE_CHECKING:
    from ..model import HouseholdHealth, RunnerHealth
    from .news import AnyNews
    from .reactor import ReactorThread

_LOGGER = logging.getLogger(__name__)

#: Seconds that the reactor thread has to answer when it is asked how it is.
ANSWER_SECONDS = 2.0

#: Where commands are executed, by the name that it has in the configuration.
RUNNERS: dict[str, Callable[[Any, float], CommandRunner]] = {
    "threads": ThreadRunner,
    "process": ProcessRunner,
}


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How to connect to a household.

    Attributes:
        listen: Where events arrive.
        request_seconds: How long a single request to a speaker may take.
        lease_seconds: How long a subscription to ask for.
        commands: Where commands are executed: in threads, or in a process of their own.
        poll_fallback: Whether speakers whose events do not arrive are asked for their state; they
            count as unavailable otherwise.

    """

    listen: ListenSettings = field(default_factory=ListenSettings)
    request_seconds: float = 9.5
    lease_seconds: int = DEFAULT_LEASE_SECONDS
    commands: Literal["threads", "process"] = "threads"
    poll_fallback: bool = True


class WrongHouseholdError(PlayerError):
    """A speaker belongs to another household than the one that was expected.

    Args:
        host: The speaker's address.
        household_id: The household that it belongs to.

    """

    def __init__(self, host: str, household_id: str) -> None:
        """Name the speaker and its household."""
        super().__init__(host, "belongs to another Sonos household")
        self.args = (host, household_id)
        self.household_id = household_id


@functools.cache
def _listeners(reactor: Any) -> Listeners:
    return Listeners(reactor)


def _note_failure(ending: asyncio.Future[Any]) -> None:
    """Take note of how something has ended that nobody waits for any more."""
    if not ending.cancelled() and (error := ending.exception()) is not None:
        _LOGGER.debug("The connection to a household does not end well: %s", error)


def _is_elsewhere(error: BaseException) -> bool:
    return isinstance(error, (PlayerUnreachableError, WrongHouseholdError))


class HouseholdConnection:
    """One household. Made and used on the host's event loop.

    News is delivered on that loop, in the order in which things became known.
    """

    def __init__(
        self,
        thread: ReactorThread,
        deliver: Callable[[list[AnyNews]], None],
        settings: ConnectionSettings | None = None,
    ) -> None:
        """Prepare a connection; nothing is opened yet.

        Args:
            thread: The process's reactor thread.
            deliver: Takes the news, a list at a time.
            settings: How to connect.

        """
        self._thread = thread
        self._settings = settings or ConnectionSettings()
        self._mailbox: Mailbox[AnyNews] = Mailbox(asyncio.get_running_loop(), deliver)
        self._runner: CommandRunner | None = None
        self._listener: Listener | None = None
        self._session: HouseholdSession | None = None

    @property
    def listening_on(self) -> tuple[str, int] | None:
        """The local address and port that events arrive at; None when closed."""
        address = self._listener.address if self._listener else ()
        return address or None

    @property
    def pending_news(self) -> int:
        """How many pieces of news the host has not taken yet."""
        return self._mailbox.depth

    async def open(self, hosts: Sequence[str], household_id: str | None = None) -> Identity:
        """Find the household through any of the given speakers and begin to listen to it.

        Args:
            hosts: Addresses of speakers of the household; one that answers is enough.
            household_id: The household that is expected, if one is.

        Returns:
            The speaker through which the household was found.

        Raises:
            EngineError: When no host led to the household: what the first of them to answer met
                with. A port that cannot be opened, or events that do not arrive, are no reason:
                speakers are asked for their state then.

        """
        try:
            await self._start_runner()
            return await self._open(hosts, household_id)
        except BaseException:
            # Also when this is cancelled, nothing that was begun goes on.
            await self.close()
            raise

    async def _open(self, hosts: Sequence[str], household_id: str | None) -> Identity:
        listener = await self._thread.run(self._acquire_listener)
        errors: list[EngineError] = []
        # All are asked at once, and the first good answer is taken: a dead host delays nobody.
        asking = [asyncio.ensure_future(self._identify(host, household_id)) for host in hosts]
        try:
            for answer in asyncio.as_completed(asking):
                try:
                    identity = await answer
                    await self._listen_through(identity, listener)
                except EngineError as error:
                    _LOGGER.debug("No way into the household: %s", error)
                    errors.append(error)
                else:
                    return identity
            # The host that was named first is the one that its owner thinks of. But what is wrong
            # with a speaker of the household says more than that another one is not there.
            named = [reason for question in asking if (reason := question.exception())]
            reasons = sorted((*named, *errors), key=_is_elsewhere)
        finally:
            for question in asking:
                question.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        raise next(iter(reasons), EngineError("There is no address to find it at"))

    async def _identify(self, host: str, household_id: str | None) -> Identity:
        identity = await self.run(identify, host)
        if household_id is not None and identity.household_id != household_id:
            raise WrongHouseholdError(host, identity.household_id)
        if not identity.description.uid:
            raise NotSonosError(host)
        return identity

    async def _listen_through(self, identity: Identity, listener: Listener) -> None:
        reactor = self._thread.reactor
        session = HouseholdSession(
            reactor=reactor,
            listener=listener,
            request=GenaClient(reactor, self._settings.request_seconds),
            runner=self._open_runner,
            post=lambda news: self._mailbox.post(news.about, news),
            lease_seconds=self._settings.lease_seconds,
            poll_fallback=self._settings.poll_fallback,
        )
        # From here on there may be something to end, even when this is cancelled.
        self._session = session
        player = Player.at(identity.address, identity.description.room_name)
        await self._thread.run(session.start, identity.description.uid, player)

    # On the reactor thread, where a call that was begun ends before the next one begins: whatever
    # is cancelled on the host's side, close() finds what there is to release.

    def _acquire_listener(self) -> Listener:
        listeners = _listeners(self._thread.reactor)
        self._listener = listener = listeners.acquire(self._settings.listen)
        return listener

    def _release_listener(self) -> Deferred[None]:
        listener, self._listener = self._listener, None
        if listener is None:
            return succeed(None)
        return _listeners(self._thread.reactor).release(listener)

    async def identify(self, host: str) -> Identity:
        """Find out which speaker answers at a host, without listening to it.

        Raises:
            PlayerError: When none does.

        """
        await self._start_runner()
        return await self.run(identify, host)

    async def _start_runner(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._thread.start)
        if self._runner is None:
            new_runner = RUNNERS[self._settings.commands]
            runner = new_runner(self._thread.reactor, self._settings.request_seconds)
            self._runner = runner
            await self._thread.run(runner.start)

    async def run[**P, T](self, command: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Execute a command of ``engine.commands``; its first argument is the speaker's address.

        Raises:
            PlayerError: When the speaker cannot be reached or declines.

        """
        runner, session = self._open_runner, self._session

        def answered(answer: T) -> T:
            if session is not None:
                session.answered(str(args[0]))
            return answer

        def perform() -> Deferred[T]:
            return runner.run(command, *args, **kwargs).addCallback(answered)

        return await self._thread.run(perform)

    async def read_topology(self, uid: str, address: str) -> None:
        """Ask a speaker how the household is grouped now; the answer comes as news.

        Raises:
            PlayerError: When it cannot be reached or declines, as it does when the household is
                too large for an answer.

        """
        reactor: Any = self._thread.reactor
        asked_at = reactor.seconds()
        state = await self.run(read, address, ["topology"])
        if self._session is not None:
            text = str(state[TOPOLOGY].get("zone_group_state", ""))
            reactor.callFromThread(self._session.topology_received, uid, text, asked_at)

    def ask_for_topology(self) -> None:
        """Let speakers send an event that tells how the household is grouped now."""
        if self._session is not None:
            self._thread.reactor.callFromThread(self._session.ask_for_topology)

    async def health(self) -> HouseholdHealth:
        """Return how well the household's events arrive now.

        Raises:
            EngineError: When the connection is closed.

        """
        health: HouseholdHealth = await self._thread.run(self._open_session.health)
        return health

    async def engine_health(self) -> EngineHealth:
        """Return how the engine itself is; never fails, and takes two seconds at most."""
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        latency: float | None = None
        runner: RunnerHealth | None = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                runner = await self._thread.run(self._open_runner.health)
            latency = loop.time() - asked_at
        except EngineError, TimeoutError:
            _LOGGER.debug("The reactor thread does not say how it is")
        return EngineHealth(
            is_running=self._thread.is_running,
            latency=latency,
            pending_news=self.pending_news,
            runner=runner,
            versions={"Twisted": twisted.__version__, "soco": soco.__version__},
        )

    async def verify(self) -> None:
        """Let every subscription be verified at once, and what is lost be subscribed to anew.

        What comes of it is news; :meth:`health` tells it, too.

        Raises:
            EngineError: When the connection is closed.

        """
        await self._thread.run(self._open_session.verify)

    @property
    def _open_session(self) -> HouseholdSession:
        if self._session is None:
            raise EngineError("The connection to the household is closed")
        return self._session

    async def self_test(
        self, addresses: Iterable[str], settings: ListenSettings | None = None
    ) -> list[SelfTest]:
        """Find out whether events of speakers arrive: each is subscribed to, once more.

        The connection need not be open.

        Args:
            addresses: The speakers, each as ``host:port`` with an IPv4 address.
            settings: Where to listen and what to tell speakers; as the connection does otherwise.

        Returns:
            How it went with each of them, in their order.

        """
        await asyncio.get_running_loop().run_in_executor(None, self._thread.start)
        players = [Player.at(address) for address in addresses]
        return await self._thread.run(self._self_test, players, settings or self._settings.listen)

    def _self_test(
        self, players: list[Player], settings: ListenSettings
    ) -> Deferred[list[SelfTest]]:
        reactor = self._thread.reactor
        request = GenaClient(reactor, self._settings.request_seconds)
        return try_events(_listeners(reactor), settings, self._listener, request, players)

    @property
    def _open_runner(self) -> CommandRunner:
        if self._runner is None:
            raise EngineError("The connection to the household is closed")
        return self._runner

    def heard_of(self, uid: str, address: str | None = None, boot_seq: int | None = None) -> None:
        """Tell that a speaker was heard of by other means than its events.

        Args:
            uid: The speaker.
            address: Where it is now, as ``host:port``, if that was said.
            boot_seq: Its boot sequence number, if that was said.

        """
        if self._session is not None:
            self._thread.reactor.callFromThread(self._session.heard_of, uid, address, boot_seq)

    def said_goodbye(self, uid: str, reason: str) -> None:
        """Tell that a speaker announced its leave, and for which reason."""
        if self._session is not None:
            self._thread.reactor.callFromThread(self._session.said_goodbye, uid, reason)

    async def close(self) -> None:
        """Release every lease, the listener and the runner; takes a few seconds at most."""
        self._mailbox.close()
        session, self._session = self._session, None
        runner, self._runner = self._runner, None
        if not self._thread.is_running:
            return
        endings: list[asyncio.Future[Any]] = []
        if session is not None:
            endings.append(self._thread.run(session.stop))
        if runner is not None:
            # Speakers that hang delay leases and commands alike: both have the same seconds.
            endings.append(asyncio.get_running_loop().run_in_executor(None, runner.stop))
        for ending in endings:
            ending.add_done_callback(_note_failure)
        if endings:
            await asyncio.wait(endings, timeout=STOP_SECONDS)
        if self._thread.is_running:
            # Not cancelled when it takes too long: the port shall be closed, be it later.
            releasing = self._thread.run(self._release_listener)
            releasing.add_done_callback(_note_failure)
            if not (await asyncio.wait([releasing], timeout=STOP_SECONDS))[0]:
                _LOGGER.warning(
                    "The reactor thread does not answer; the port for events is closed when it does"
                )

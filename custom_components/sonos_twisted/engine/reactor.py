"""The Twisted reactor in a thread of its own, and the way from asyncio into it."""

import asyncio
from collections.abc import Callable
import logging
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, cast, overload

from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.logger import LogEvent, LogLevel, formatEvent, globalLogPublisher
from twisted.python import threadable

from .errors import ReactorUnavailableError

if TYPE_CHECKING:
    from twisted.internet.base import ReactorBase
    from twisted.logger import ILogObserver
    from twisted.python.failure import Failure

_LOGGER = logging.getLogger(__name__)

_START_SECONDS = 10.0

_SHUT_DOWN = "The event engine was shut down and cannot be used again before a restart"


def global_reactor() -> ReactorBase:
    """Return the process's reactor, installing Twisted's default one when there is none yet.

    The first call imports much of Twisted, so it belongs into a worker thread.
    """
    from twisted.internet import reactor  # noqa: PLC0415, importing it installs it

    return cast("ReactorBase", reactor)


def require_reactor_thread(reactor: object) -> None:
    """Refuse to go on outside the thread of a running global reactor.

    A fake reactor, as tests use it, has no thread and passes.

    Raises:
        RuntimeError: When called from another thread than the reactor's.

    """
    if reactor is not sys.modules.get("twisted.internet.reactor"):
        return
    if cast("ReactorBase", reactor).running and not threadable.isInIOThread():
        msg = "This must be called on the reactor thread; use ReactorThread.run()"
        raise RuntimeError(msg)


class ReactorThread:
    """Runs the process's one reactor, for everyone in the process.

    A reactor cannot run twice, so there is one instance per process, :func:`reactor_thread`,
    which survives reloads of config entries. When somebody else already runs the reactor, that
    reactor is used as it is and never stopped from here.
    """

    def __init__(self) -> None:
        """Make the object; nothing is imported or started yet."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._reactor: ReactorBase | None = None

    @property
    def reactor(self) -> ReactorBase:
        """The running reactor.

        Raises:
            ReactorUnavailableError: When it was not started, or was stopped by anybody.

        """
        if self._stopped:
            raise ReactorUnavailableError(_SHUT_DOWN)
        if self._reactor is None:
            msg = "The event engine has not been started"
            raise ReactorUnavailableError(msg)
        if not self._reactor.running:
            msg = "The event engine was stopped by another component"
            raise ReactorUnavailableError(msg)
        return self._reactor

    @property
    def is_running(self) -> bool:
        """Whether calls can be run, from any thread."""
        return not self._stopped and self._reactor is not None and bool(self._reactor.running)

    def start(self) -> None:
        """Start the reactor, or find it running; harmless when repeated.

        Blocks until the reactor turns, a fraction of a second: call it from a worker thread.

        Raises:
            ReactorUnavailableError: When it was stopped before, or does not come up.

        """
        with self._lock:
            if self._stopped:
                raise ReactorUnavailableError(_SHUT_DOWN)
            if self._reactor is not None:
                return
            reactor = global_reactor()
            if not reactor.running:
                self._thread = self._launch(reactor)
            self._reactor = reactor

    def _launch(self, reactor: ReactorBase) -> threading.Thread:
        _keep_time_by_itself(reactor)
        globalLogPublisher.addObserver(cast("ILogObserver", _log_mistake))
        turning = threading.Event()
        reactor.callWhenRunning(turning.set)
        thread = threading.Thread(
            target=reactor.run,
            kwargs={"installSignalHandlers": False},
            name="sonos_twisted reactor",
            daemon=True,
        )
        thread.start()
        if not turning.wait(_START_SECONDS):
            msg = "The Twisted reactor did not start; it may have been used and stopped before"
            raise ReactorUnavailableError(msg)
        _LOGGER.debug("Reactor thread started")
        return thread

    @overload
    def run[T](
        self, function: Callable[..., Deferred[T]], *args: Any, **kwargs: Any
    ) -> asyncio.Future[T]: ...
    @overload
    def run[T](
        self, function: Callable[..., T], *args: Any, **kwargs: Any
    ) -> asyncio.Future[T]: ...
    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> asyncio.Future[Any]:
        """Call a function on the reactor thread, from a coroutine of any asyncio loop.

        Args:
            function: What to call; it may return a Deferred.
            args: Its positional arguments.
            kwargs: Its keyword arguments.

        Returns:
            A future for the result, or for the Deferred's result. Cancelling it cancels the
            Deferred; a Deferred that is cancelled cancels the future.

        Raises:
            ReactorUnavailableError: When the reactor is not running.

        """
        reactor = self.reactor
        loop = asyncio.get_running_loop()
        call: _Call[Any] = _Call(loop, loop.create_future())
        reactor.callFromThread(call.start, function, args, kwargs)
        call.future.add_done_callback(lambda _: call.host_done(reactor))
        return call.future

    def stop(self, seconds: float = 5.0) -> bool:
        """Stop the reactor for good and wait for its thread; leave somebody else's alone.

        Blocks for at most ``seconds``: call it from a worker thread.

        Returns:
            Whether the thread has ended (true as well when there is none of ours).

        """
        with self._lock:
            thread, reactor = self._thread, self._reactor
            if thread is None or reactor is None:
                return True
            self._stopped = True
        if thread.is_alive():
            reactor.callFromThread(reactor.stop)
            thread.join(seconds)
        return not thread.is_alive()


def _keep_time_by_itself(reactor: ReactorBase) -> None:
    """Let a reactor count seconds by a clock that nobody sets.

    Twisted's own is the system's. When that is set back, by the network's time after a start say,
    no subscription would be renewed, and no request given up, until it is as late again.
    """
    if not reactor.getDelayedCalls():  # those of somebody else are planned by Twisted's own
        cast("Any", reactor).seconds = time.monotonic


def _log_mistake(event: LogEvent) -> None:
    """Log what nobody has handled on the reactor thread; Twisted only prints it."""
    if event.get("log_level") is LogLevel.critical and (failure := event.get("log_failure")):
        told = formatEvent(event) or "Unhandled error"
        _LOGGER.error("On the reactor thread: %s\n%s", told, failure.getTraceback())


class _Call[T]:
    """One call on its way to the reactor thread and back.

    ``future`` is touched on the host loop only, ``_deferred`` on the reactor thread only, and
    ``_cancelled`` is only ever set.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, future: asyncio.Future[T]) -> None:
        self.future = future
        self._loop = loop
        self._deferred: Deferred[T] | None = None
        self._cancelled = False

    def start(
        self,
        function: Callable[..., Any],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> None:
        if self._cancelled:
            return
        self._deferred = maybeDeferred(function, *args, **kwargs)
        self._deferred.addCallbacks(self._succeeded, self._failed)

    def _succeeded(self, result: T) -> None:
        self._to_host(self._set_result, result)

    def _failed(self, failure: Failure) -> None:
        if failure.check(CancelledError):
            self._to_host(self._set_cancelled)
        elif self._cancelled:
            _LOGGER.debug("A cancelled call failed afterwards: %s", failure.value)
        else:
            # The reactor's frames would otherwise keep everything they refer to alive.
            failure.cleanFailure()
            self._to_host(self._set_exception, failure.value)

    def _to_host(self, callback: Callable[..., None], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            _LOGGER.debug("The event loop closed before a call on the reactor thread was done")

    def _set_result(self, result: T) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def _set_cancelled(self) -> None:
        self.future.cancel()

    def _set_exception(self, exception: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(exception)

    def host_done(self, reactor: ReactorBase) -> None:
        """Carry a cancellation of the future over to the Deferred."""
        if self.future.cancelled():
            self._cancelled = True
            reactor.callFromThread(self._cancel)

    def _cancel(self) -> None:
        if self._deferred is not None:
            self._deferred.cancel()


_THE_REACTOR_THREAD = ReactorThread()


def reactor_thread() -> ReactorThread:
    """Return the process's one reactor thread object, started or not."""
    return _THE_REACTOR_THREAD

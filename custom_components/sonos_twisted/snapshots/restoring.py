"""Bringing rooms back to what a snapshot says.

What ``model.restoring`` plans is executed stage by stage. Each step is verified by the events that
it causes, and the rest goes on when one fails. Lives on the event loop.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
import logging
from typing import TYPE_CHECKING

from homeassistant.exceptions import HomeAssistantError

from ..asking.states import async_as_it_is, is_asked
from ..engine import EngineError, PlayerUnreachableError, UpnpError
from ..engine.commands import grouping, queue, sleep_timer, sound, state, transport
from ..errors import command_failed, failed, failed_with_words
from ..model import (
    GROUPING,
    SOUND_SETTINGS,
    Action,
    Asked,
    Household,
    MalformedTopology,
    Obstacle,
    Snapshot,
    Stage,
    Step,
    Variables,
    may_have_other_timer,
    obstacles,
    parse_duration,
    parse_zone_group_state,
    plan,
)
from .taking import async_read_queue, async_until_settled

if TYPE_CHECKING:
    from ..coordinator import HouseholdCoordinator
    from ..model import Speaker

_LOGGER = logging.getLogger(__name__)

#: Seconds within which the events of a step have arrived, or else the speaker is asked.
STEP_SECONDS = 5.0

#: Seconds that a speaker without events has until it is asked for the effect a second time.
SLOW_SECONDS = 2.0

#: Seconds after which a room is told again that has declined because it is being grouped.
RETRY_SECONDS = 0.5

#: Seconds by which a position may be off after seeking: it counts whole ones, and plays on.
_SEEK_BEFORE, _SEEK_AFTER = 2, 4

#: UPnP errors of a speaker that is just being grouped: not possible now, and not a coordinator.
_REGROUPING = frozenset({701, 800})

#: UPnP AVTransport errors of a queue that does not have such a track.
_NO_SUCH_TRACK = frozenset({701, 702, 711})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be brought back."""

    uid: str
    room: str
    error: HomeAssistantError

    @property
    def reason(self) -> str:
        """What and why, in words."""
        return str(self.error)


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What has become of restoring."""

    restored: tuple[str, ...]
    """The uids of the rooms that are as they were."""
    problems: tuple[Problem, ...]
    lost: tuple[str, ...] = ()
    """The uids of those that could not be reached."""


async def async_restore(
    coordinator: HouseholdCoordinator,
    snapshot: Snapshot,
    *,
    with_group: bool = True,
    unheard: Iterable[str] = (),
) -> RestoreReport:
    """Bring rooms back to what a snapshot says, as far as that is possible.

    Nothing is sent to a room that is as it was. What fails in one room is reported, and hinders no
    other room.

    Args:
        coordinator: Of the household.
        snapshot: What to bring back.
        with_group: Bring the groups back, too, if they are in the snapshot.
        unheard: The uids of speakers whose events are known to be lost; these are asked.

    """
    restoring = _Restoring(coordinator, snapshot, unheard=set(unheard))
    return await restoring.async_run(with_group=with_group)


@dataclass(slots=True)
class _Restoring:
    """Restoring once."""

    coordinator: HouseholdCoordinator
    snapshot: Snapshot
    problems: list[Problem] = field(default_factory=list)
    unheard: set[str] = field(default_factory=set)
    """The uids of speakers that have done something and sent no event."""
    lost: set[str] = field(default_factory=set)

    async def async_run(self, *, with_group: bool) -> RestoreReport:
        await async_until_settled(self.coordinator)
        for uid, obstacle in obstacles(self.snapshot, self.coordinator.household):
            if obstacle in {Obstacle.GONE, Obstacle.UNREACHABLE}:
                self.lost.add(uid)
            if with_group or obstacle is not Obstacle.NO_LEADER:
                self._note(uid, _OBSTACLES[obstacle](self._room(uid)))
        stages = GROUPING if with_group else ()
        await asyncio.gather(self._async_stages(stages), self._async_stages([Stage.SOUND]))
        await self._async_media()
        troubled = {problem.uid for problem in self.problems}
        restored = tuple(uid for uid in self.snapshot.rooms if uid not in troubled)
        return RestoreReport(restored, tuple(self.problems), tuple(sorted(self.lost)))

    async def _async_stages(self, stages: Iterable[Stage]) -> None:
        for stage in stages:
            household = await self._async_now()
            steps = plan(self.snapshot, household, stage).steps
            within = (self._within_limit(step, household) for step in steps)
            await asyncio.gather(*(self._async_step(step) for step in within if step is not None))

    def _within_limit(self, step: Step, household: Household) -> Step | None:
        """Return a step that makes no room louder than it may be; None if nothing is left of it."""
        if step.action is not Action.SET_SOUND or step.args[0] != "volume":
            return step
        speaker = household.speakers[step.uid]
        volume = self.coordinator.volume_limits.capped(speaker, int(step.args[1]))
        return None if speaker.volume == volume else replace(step, args=("volume", volume))

    async def _async_media(self) -> None:
        household = await self._async_now()
        changed, timers = await asyncio.gather(
            self._async_changed_queues(household), self._async_sleep_timers(household)
        )
        planned = plan(self.snapshot, household, Stage.MEDIA, Asked(changed, timers))
        for uid, obstacle in planned.obstacles:
            # What became of its group has been said already.
            if obstacle is not Obstacle.GROUPED or not self._is_troubled(uid):
                self._note(uid, _OBSTACLES[obstacle](self._room(uid)))
        chains: dict[str, list[Step]] = defaultdict(list)
        for step in planned.steps:
            # The sleep timer is a thing of its own.
            chains[step.uid if step.action is not Action.SET_SLEEP_TIMER else ""].append(step)
        await asyncio.gather(*(self._async_chain(steps) for steps in chains.values()))

    async def _async_chain(self, steps: Sequence[Step]) -> None:
        """Prepare what a room plays, and let it play only if that is what it shall play."""
        first = [step for step in steps if step.action is not Action.PLAY]
        sent = []
        for step in first:
            if await self._async_send(step):
                sent.append(step)
            elif step.action in _ESSENTIAL:
                return
        verified = await asyncio.gather(*(self._async_verify(step) for step in sent))
        for step, has_held in zip(sent, verified, strict=True):
            if step.action in _ESSENTIAL and not has_held:
                return
        for step in steps:
            if step.action is Action.PLAY:
                await self._async_step(step)

    async def _async_now(self) -> Household:
        return await async_as_it_is(self.coordinator, self.snapshot.rooms, self.unheard)

    async def _async_changed_queues(self, household: Household) -> frozenset[str]:
        """Read the queues that the snapshot has, and tell which are others now."""
        uids = [
            uid
            for uid, room in self.snapshot.rooms.items()
            if room.playback and room.playback.queue is not None
            if (leader := household.coordinator_of(uid)) is not None and leader.uid == uid
        ]
        same = await asyncio.gather(*(self._async_has_queue(uid) for uid in uids))
        return frozenset(uid for uid, is_same in zip(uids, same, strict=True) if is_same is False)

    async def _async_sleep_timers(self, household: Household) -> dict[str, int | None]:
        """Read the sleep timers that may be others now."""
        timers = {}
        for uid, room in self.snapshot.rooms.items():
            if may_have_other_timer(room, household):
                speaker = household.speakers[uid]
                try:
                    timers[uid] = await self.coordinator.commands.attempt(
                        speaker, sleep_timer.remaining
                    )
                except EngineError as error:
                    self._note(uid, command_failed(speaker.name, error))
        return timers

    async def _async_has_queue(self, uid: str) -> bool | None:
        """Tell whether a room's queue is that of the snapshot; None if nobody knows."""
        playback = self.snapshot.rooms[uid].playback
        wanted = (playback.queue if playback else None) or ()
        speaker = self.coordinator.household.speakers[uid]
        try:
            items = await async_read_queue(self.coordinator, speaker)
        except HomeAssistantError as error:
            self._note(uid, error)
            return None
        return [item.uri for item in items] == [item.uri for item in wanted]

    # A single step

    async def _async_step(self, step: Step) -> bool:
        return await self._async_send(step) and await self._async_verify(step)

    async def _async_send(self, step: Step) -> bool:
        """Send a step's command; tell whether the speaker has accepted it."""
        speaker = self.coordinator.household.speakers[step.uid]
        for retry in (True, True, True, False):
            try:
                await self._async_execute(speaker, step)
            except EngineError as error:
                if retry and _is_settling(step, error):
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                self._note_lost(step.uid, error)
                self._note(step.uid, _refusal(speaker.name, step, error))
                return False
            break
        return True

    async def _async_execute(self, speaker: Speaker, step: Step) -> None:
        """Execute a step's command at the room's own speaker.

        Not at whoever plays for its group: where events are late, that is somebody else.
        """
        commands = self.coordinator.commands
        if step.action is Action.FILL_QUEUE:
            playback = self.snapshot.rooms[step.uid].playback
            items = (playback.queue if playback else None) or ()
            uris, metadata = [item.uri for item in items], [item.metadata for item in items]
            await commands.attempt(speaker, queue.clear)
            await commands.attempt(speaker, queue.add_all, uris, metadata)
            return
        command, arguments = _COMMANDS[step.action]
        await commands.attempt(speaker, command, *step.args[:arguments])

    async def _async_verify(self, step: Step) -> bool:
        """Tell whether a step has had its effect, and note it if it has not."""
        household = self.coordinator.household
        if step.holds(household) is None:
            done = await self._async_asked(step)
        elif step.uid in self.unheard or is_asked(self.coordinator, step.uid):
            done = await self._async_truth(step)
            if not done:
                await asyncio.sleep(SLOW_SECONDS)
                done = await self._async_truth(step)
        else:
            done = await self.coordinator.async_until(
                lambda: bool(step.holds(household)), STEP_SECONDS
            )
            if not done and (done := await self._async_truth(step)):
                self.unheard.add(step.uid)
        if not done:
            room = self._room(step.uid)
            self._note(
                step.uid,
                failed("restore_queue_changed", room=room)
                if step.action is Action.SEEK_TRACK
                else failed_with_words(
                    "restore_no_effect", {"what": [_WHAT[step.action]]}, room=room
                ),
            )
        return done

    async def _async_asked(self, step: Step) -> bool:
        """Verify what no event tells."""
        speaker = self.coordinator.household.speakers[step.uid]
        commands = self.coordinator.commands
        if step.action is Action.FILL_QUEUE:
            return await self._async_has_queue(step.uid) is not False
        wanted = int(step.args[0])
        try:
            if step.action is Action.SET_SLEEP_TIMER:
                left = await commands.attempt(speaker, sleep_timer.remaining) or 0
                return wanted - _SEEK_AFTER <= left <= wanted
            answer = await commands.attempt(speaker, transport.read_position)
        except EngineError as error:
            self._note(step.uid, command_failed(speaker.name, error))
            return True
        position = parse_duration(answer.get("RelTime"))
        return position is not None and -_SEEK_BEFORE <= position - wanted <= _SEEK_AFTER

    async def _async_truth(self, step: Step) -> bool:
        """Ask the speaker itself, once, when no event has told of a step's effect."""
        speaker = self.coordinator.household.speakers[step.uid]
        truth = Household(self.coordinator.household.household_id)
        truth.speakers[step.uid] = type(speaker)(step.uid)
        now = self.coordinator.hass.loop.time()
        try:
            if step.action is Action.SET_SOUND:
                answer = await self._async_sound(speaker, str(step.args[0]))
            else:
                queries = _QUERIES[step.action]
                answer = await self.coordinator.commands.attempt(speaker, state.read, queries)
            text = answer.get("ZoneGroupTopology", {}).get("zone_group_state")
            if isinstance(text, str):
                truth.apply_topology(parse_zone_group_state(text), now)
        except (EngineError, MalformedTopology) as error:
            _LOGGER.debug("%s does not say whether it did %s: %s", speaker.name, step.action, error)
            self._note_lost(step.uid, error)
            return False
        for service, variables in answer.items():
            truth.apply_event(step.uid, service, variables, now)
        return bool(step.holds(truth))

    async def _async_sound(self, speaker: Speaker, name: str) -> dict[str, Variables]:
        value = await self.coordinator.commands.attempt(speaker, sound.read_sound, name)
        setting = SOUND_SETTINGS[name]
        told: Variables = {setting.variable: value}
        if setting.channel:
            told = {setting.variable: {setting.channel: value}}
        return {"RenderingControl": told}

    # Problems

    def _room(self, uid: str) -> str:
        speaker = self.coordinator.household.speakers.get(uid)
        return (speaker.name if speaker else "") or self.snapshot.rooms[uid].name

    def _is_troubled(self, uid: str) -> bool:
        return any(problem.uid == uid for problem in self.problems)

    def _note_lost(self, uid: str, error: Exception) -> None:
        if isinstance(error, PlayerUnreachableError):
            self.lost.add(uid)

    def _note(self, uid: str, error: HomeAssistantError) -> None:
        self.problems.append(Problem(uid, self._room(uid), error))


#: The command of each action, and how many of a step's arguments it takes.
_COMMANDS: dict[Action, tuple[Callable[..., None], int]] = {
    Action.LEAVE: (grouping.unjoin, 0),
    Action.JOIN: (grouping.join, 1),
    Action.SET_SOUND: (sound.set_sound, 2),
    Action.SET_URI: (transport.set_uri, 2),
    Action.SEEK_TRACK: (transport.seek_track, 1),
    Action.SEEK: (transport.seek, 1),
    Action.SET_PLAY_MODE: (transport.set_play_mode, 1),
    Action.SET_CROSSFADE: (transport.set_crossfade, 1),
    Action.SET_SLEEP_TIMER: (sleep_timer.start, 1),
    Action.PLAY: (transport.play, 0),
    Action.PAUSE: (transport.pause, 0),
    Action.STOP: (transport.stop, 0),
}

#: What to ask a speaker when no event has told of an action's effect.
_QUERIES: dict[Action, tuple[str, ...]] = {
    Action.LEAVE: ("topology",),
    Action.JOIN: ("topology",),
    Action.SET_URI: ("media",),
    Action.SEEK_TRACK: ("track",),
    Action.SET_PLAY_MODE: ("play_mode",),
    Action.SET_CROSSFADE: ("crossfade",),
    Action.PLAY: ("transport_state",),
    Action.PAUSE: ("transport_state",),
    Action.STOP: ("transport_state",),
}

#: What an action is about, as the path of a word in ``translations``.
_WHAT: dict[Action, str] = {
    Action.LEAVE: "common.restored_group",
    Action.JOIN: "common.restored_group",
    Action.SET_SOUND: "common.restored_sound",
    Action.FILL_QUEUE: "common.restored_queue",
    Action.SET_URI: "common.restored_media",
    Action.SEEK: "common.restored_position",
    Action.SET_PLAY_MODE: "common.restored_play_mode",
    Action.SET_CROSSFADE: "common.restored_crossfade",
    Action.SET_SLEEP_TIMER: "common.restored_sleep_timer",
    Action.PLAY: "common.restored_music",
    Action.PAUSE: "common.restored_silence",
    Action.STOP: "common.restored_silence",
}

#: Without these, what would be heard is something else than it was.
_ESSENTIAL = frozenset({Action.FILL_QUEUE, Action.SET_URI, Action.SEEK_TRACK})

_OBSTACLES: dict[Obstacle, Callable[[str], HomeAssistantError]] = {
    Obstacle.GONE: lambda room: failed("restore_gone", room=room),
    Obstacle.UNREACHABLE: lambda room: failed("restore_unreachable", room=room),
    Obstacle.NO_LEADER: lambda room: failed("restore_no_leader", room=room),
    Obstacle.GROUPED: lambda room: failed("restore_grouped", room=room),
    Obstacle.NOT_RESUMABLE: lambda room: failed("restore_not_resumable", room=room),
}


def _is_settling(step: Step, error: EngineError) -> bool:
    """Tell whether a speaker may do in a moment what it has declined: it is being grouped."""
    if not isinstance(error, UpnpError) or step.action is Action.SEEK_TRACK:
        return False
    return step.action in {Action.LEAVE, Action.JOIN} or error.code in _REGROUPING


def _refusal(room: str, step: Step, error: EngineError) -> HomeAssistantError:
    """Return the error for a command that a speaker did not take."""
    has_code = isinstance(error, UpnpError) and error.code in _NO_SUCH_TRACK
    if step.action is Action.SEEK_TRACK and has_code:
        return failed("restore_queue_changed", room=room)
    return command_failed(room, error)

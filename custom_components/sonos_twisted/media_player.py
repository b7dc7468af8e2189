"""A media player for each room: what its group plays, and its own volume."""

from collections.abc import Iterable
import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.media_player import (
    ATTR_MEDIA_ANNOUNCE,
    ATTR_MEDIA_ENQUEUE,
    ATTR_MEDIA_EXTRA,
    BrowseMedia,
    MediaPlayerDeviceClass,
    MediaPlayerEntity,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
    RepeatMode,
    SearchMedia,
    SearchMediaQuery,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .browse import images
from .browse.search import async_search
from .browse.tree import MediaBrowser
from .coordinator import HouseholdCoordinator, SonosTwistedConfigEntry
from .engine import EngineError, UpnpError
from .engine.commands import queue, rendering, transport as transport_commands
from .entities.roster import while_loaded
from .entity import SpeakerEntity
from .errors import command_failed
from .model import (
    SOUNDING,
    Aspect,
    Media,
    PlaybackPosition,
    PlaybackState,
    Repeat,
    Source,
    Speaker,
)
from .playing import start
from .playing.attributes import ATTR_ANNOUNCEMENT, UNRECORDED, media_attributes
from .playing.sources import input_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from .browse.items import ImageUrl

PARALLEL_UPDATES = 0

_Feature = MediaPlayerEntityFeature

#: What every room can do, whatever plays.
_ALWAYS = (
    _Feature.BROWSE_MEDIA
    | _Feature.CLEAR_PLAYLIST
    | _Feature.GROUPING
    | _Feature.MEDIA_ANNOUNCE
    | _Feature.MEDIA_ENQUEUE
    | _Feature.PAUSE
    | _Feature.PLAY
    | _Feature.PLAY_MEDIA
    | _Feature.SEARCH_MEDIA
    | _Feature.STOP
    | _Feature.VOLUME_MUTE
    | _Feature.VOLUME_SET
    | _Feature.VOLUME_STEP
)

#: What depends on what plays: CurrentTransportActions and CurrentValidPlayModes say so. Newer
#: firmware calls seeking X_DLNA_SeekTime.
_BY_ACTION = {
    "Next": _Feature.NEXT_TRACK,
    "Previous": _Feature.PREVIOUS_TRACK,
    "Seek": _Feature.SEEK,
    "X_DLNA_SeekTime": _Feature.SEEK,
}
_BY_PLAY_MODE = {"REPEAT": _Feature.REPEAT_SET, "SHUFFLE": _Feature.SHUFFLE_SET}

#: UPnP AVTransport errors that say that there is nothing to pause or stop.
_NOTHING_TO_DO = frozenset({701, 711, 712})

#: Percent by which volume up and down change the volume.
_VOLUME_STEP = 2

_NO_MEDIA = Media()


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SonosTwistedConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a media player for each room, now and as rooms appear."""
    coordinator = entry.runtime_data
    add_entities = while_loaded(entry, async_add_entities)
    known: set[str] = set()

    @callback
    def add(speakers: Iterable[Speaker]) -> None:
        new = [speaker for speaker in speakers if speaker.uid not in known]
        known.update(speaker.uid for speaker in new)
        add_entities(SonosTwistedMediaPlayer(coordinator, speaker) for speaker in new)

    entry.async_on_unload(coordinator.async_add_speakers(add))


class SonosTwistedMediaPlayer(SpeakerEntity, MediaPlayerEntity):
    """A room."""

    aspects = frozenset(
        {
            Aspect.GROUP,
            Aspect.GROUP_VOLUME,
            Aspect.INPUT,
            Aspect.MEDIA,
            Aspect.PLAYBACK,
            Aspect.PLAY_MODE,
            Aspect.POSITION,
            Aspect.SOUND,
            Aspect.VOLUME,
        }
    )

    _attr_device_class = MediaPlayerDeviceClass.SPEAKER
    _attr_media_content_type = MediaType.MUSIC
    _attr_media_image_remotely_accessible = False
    _attr_name = None
    _attr_volume_step = _VOLUME_STEP / 100
    _unrecorded_attributes = UNRECORDED

    def __init__(self, coordinator: HouseholdCoordinator, speaker: Speaker) -> None:
        """Show a room."""
        super().__init__(coordinator, speaker)
        self._attr_unique_id = speaker.uid
        self._position: PlaybackPosition | None = None

    @override
    async def async_added_to_hass(self) -> None:
        self.coordinator.entity_ids[self.speaker.uid] = self.entity_id
        await super().async_added_to_hass()
        self.coordinator.async_group_shown(self.speaker)
        self.async_on_remove(self.coordinator.sources.async_subscribe(self._async_changed))

    @override
    async def async_will_remove_from_hass(self) -> None:
        self.coordinator.entity_ids.pop(self.speaker.uid, None)
        await super().async_will_remove_from_hass()

    # State

    @override
    def refresh(self) -> None:
        speaker = self.speaker
        media = speaker.media or _NO_MEDIA
        self._attr_state = _state(speaker.playback, media)
        shown = speaker.shown
        self._attr_supported_features = _features(shown.actions, shown.valid_play_modes)
        self._refresh_source()
        self._attr_volume_level = None if speaker.volume is None else speaker.volume / 100
        self._attr_is_volume_muted = speaker.muted
        self._refresh_media(media)
        self._attr_extra_state_attributes |= self.coordinator.volumes.attributes(speaker)
        self._refresh_sound_mode()
        self._refresh_position(speaker.position)
        mode = speaker.play_mode
        self._attr_shuffle = mode.shuffle if mode else None
        self._attr_repeat = RepeatMode(mode.repeat) if mode else None
        entity_ids = self.coordinator.entity_ids
        members = self.coordinator.household.group_members(speaker.uid)
        self._attr_group_members = [entity_ids[uid] for uid in members if uid in entity_ids]

    def _refresh_media(self, media: Media) -> None:
        # The television of another room can only be seen here: this room cannot be told to play it.
        elsewhere = media.source is Source.TV and media.owner != self.speaker.uid
        self._attr_media_content_id = None if elsewhere else media.playable_uri
        self._attr_media_title = media.title or input_name(media.source)
        self._attr_media_artist = media.artist
        self._attr_media_album_name = media.album
        self._attr_media_channel = media.channel
        self._attr_media_playlist = media.playlist
        self._attr_media_duration = None if media.duration is None else round(media.duration)
        self._attr_media_image_url = self._image_url(media.art_uri)
        tv_format = self.coordinator.household.tv_format(self.speaker.uid)
        self._attr_extra_state_attributes = {
            ATTR_ANNOUNCEMENT: self.coordinator.announcements.is_announcing(self.speaker),
            **media_attributes(media, tv_format, self._image_url),
        }

    def _refresh_source(self) -> None:
        sources = self.coordinator.sources
        self._attr_source = sources.current(self.speaker)
        self._attr_source_list = sources.names(self.speaker)
        if self._attr_source_list:
            self._attr_supported_features |= _Feature.SELECT_SOURCE

    def _refresh_sound_mode(self) -> None:
        modes = self.coordinator.sound_modes
        self._attr_sound_mode = modes.current(self.speaker)
        self._attr_sound_mode_list = modes.names or None
        self._attr_extra_state_attributes |= modes.attributes(self.speaker)
        if modes.names and not self.speaker.is_fixed:
            self._attr_supported_features |= _Feature.SELECT_SOUND_MODE

    def _image_url(self, art_uri: str | None) -> str | None:
        """Complete what the group's coordinator named as its picture."""
        if art_uri is None or not art_uri.startswith("/"):
            return art_uri
        return f"http://{self.coordinator.group_address_of(self.speaker)}{art_uri}"

    def _refresh_position(self, position: PlaybackPosition | None) -> None:
        """Show a position with the time at which it was true; both only when it is another one."""
        if position is self._position:
            return
        self._position = position
        if position is None:
            self._attr_media_position = None
            self._attr_media_position_updated_at = None
            return
        # In whole seconds, at the time at which it was just that.
        seconds = int(position.position) if position.running else round(position.position)
        beyond = position.position - seconds if position.running else 0.0
        age = self.hass.loop.time() - position.measured_at + beyond
        self._attr_media_position = seconds
        self._attr_media_position_updated_at = dt_util.utcnow() - dt.timedelta(seconds=age)

    # What the group does

    async def _command_group(self, command: Callable[..., None], *args: object) -> None:
        await self.coordinator.commands.in_group(self.speaker, command, *args)

    async def _end_playback(self, command: Callable[..., None]) -> None:
        """Pause or stop; a group in which nothing plays has done so already."""
        commands = self.coordinator.commands
        try:
            if self.state is MediaPlayerState.PLAYING:
                # It can be done, and is tried again when the group has just changed.
                await commands.attempt_in_group(self.speaker, command)
            else:
                await commands.attempt(self.coordinator.player_of(self.speaker), command)
        except UpnpError as error:
            if error.code not in _NOTHING_TO_DO:
                raise command_failed(self.speaker.name, error) from error
        except EngineError as error:
            raise command_failed(self.speaker.name, error) from error

    @override
    async def async_media_play(self) -> None:
        if self.state is MediaPlayerState.PLAYING and "Play" not in self.speaker.actions:
            return  # such as television, which plays of itself
        await self._command_group(transport_commands.play)

    @override
    async def async_media_pause(self) -> None:
        await self._end_playback(transport_commands.pause)

    @override
    async def async_media_stop(self) -> None:
        await self._end_playback(transport_commands.stop)

    @override
    async def async_media_next_track(self) -> None:
        await self._command_group(transport_commands.next_track)

    @override
    async def async_media_previous_track(self) -> None:
        await self._command_group(transport_commands.previous_track)

    @override
    async def async_media_seek(self, position: float) -> None:
        await self._command_group(transport_commands.seek, round(position))
        self.coordinator.positions.sought(self.coordinator.player_of(self.speaker).uid)

    @override
    async def async_set_shuffle(self, shuffle: bool) -> None:
        await self._change_play_mode(shuffle=shuffle)

    @override
    async def async_set_repeat(self, repeat: RepeatMode) -> None:
        await self._change_play_mode(repeat=repeat.value)

    async def _change_play_mode(
        self, shuffle: bool | None = None, repeat: Repeat | None = None
    ) -> None:
        await self.coordinator.commands.in_group(
            self.speaker, transport_commands.change_play_mode, shuffle=shuffle, repeat=repeat
        )

    # What there is to play

    def _picture_urls(self) -> ImageUrl:
        return images.image_url(self.coordinator, self.get_browse_image_url)

    @override
    async def async_browse_media(
        self, media_content_type: str | None = None, media_content_id: str | None = None
    ) -> BrowseMedia:
        browser = MediaBrowser(self.coordinator, self.speaker, self._picture_urls())
        return await browser.async_open(media_content_type, media_content_id)

    @override
    async def async_search_media(self, query: SearchMediaQuery) -> SearchMedia:
        return await async_search(self.coordinator, self._picture_urls(), query)

    @override
    async def async_get_browse_image(
        self, media_content_type: str, media_content_id: str, media_image_id: str | None = None
    ) -> tuple[bytes | None, str | None]:
        return await images.async_get_browse_image(
            self.coordinator, self.speaker, media_content_type, media_content_id, media_image_id
        )

    @override
    async def async_select_source(self, source: str) -> None:
        playable = self.coordinator.sources.choose(self.speaker, source)
        if playable is not None:
            await start.async_play(self.coordinator, self.speaker, playable)

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        if kwargs.get(ATTR_MEDIA_ANNOUNCE):
            await self.coordinator.announcer.async_play_media(
                self.speaker, self.entity_id, media_id, kwargs.get(ATTR_MEDIA_EXTRA, {})
            )
            return
        await start.async_play_media(
            self.coordinator,
            self.speaker,
            media_type,
            media_id,
            enqueue=kwargs.get(ATTR_MEDIA_ENQUEUE),
            extra=kwargs.get(ATTR_MEDIA_EXTRA),
        )

    @override
    async def async_clear_playlist(self) -> None:
        await self._command_group(queue.clear)

    # What the room does

    async def _command_room(self, command: Callable[..., None], *args: object) -> None:
        await self.coordinator.commands.in_room(self.speaker, command, *args)

    @override
    async def async_set_volume_level(self, volume: float) -> None:
        await self.coordinator.volumes.set(self.speaker, round(volume * 100))

    @override
    async def async_volume_up(self) -> None:
        await self.coordinator.volumes.change(self.speaker, _VOLUME_STEP)

    @override
    async def async_volume_down(self) -> None:
        await self.coordinator.volumes.change(self.speaker, -_VOLUME_STEP)

    @override
    async def async_mute_volume(self, mute: bool) -> None:
        await self._command_room(rendering.set_mute, mute)

    @override
    async def async_select_sound_mode(self, sound_mode: str) -> None:
        await self.coordinator.sound_modes.async_select(self.speaker, sound_mode)

    @override
    async def async_join_players(self, group_members: list[str]) -> None:
        """Let other rooms play along with this room's group."""
        groups = self.coordinator.groups
        rooms = [groups.speaker_of(entity_id, self.speaker) for entity_id in group_members]
        await groups.join(self.speaker, rooms)

    @override
    async def async_unjoin_player(self) -> None:
        """Let this room play for itself."""
        await self.coordinator.groups.unjoin(self.speaker)


def _state(playback: PlaybackState | None, media: Media) -> MediaPlayerState | None:
    if playback is None:
        return None
    if playback in SOUNDING:
        return MediaPlayerState.PLAYING
    return MediaPlayerState.PAUSED if media.title else MediaPlayerState.IDLE


@lru_cache(maxsize=128)
def _features(actions: frozenset[str], play_modes: frozenset[str]) -> MediaPlayerEntityFeature:
    features = _ALWAYS
    for named, by_name in ((actions, _BY_ACTION), (play_modes, _BY_PLAY_MODE)):
        for name in named & by_name.keys():
            features |= by_name[name]
    return features

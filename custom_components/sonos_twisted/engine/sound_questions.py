"""What to ask of the sound of a speaker whose events do not arrive, in turn."""

from itertools import chain

#: The queries of `commands.state` for it, by what a speaker has or has not: one that declines the
#: first question of a line is not asked the rest of it until the next turn.
_FAMILIES = (
    ("output_fixed",),
    ("bass", "treble", "loudness", "left_volume", "right_volume"),
    ("crossfade",),
    ("trueplay",),
    (
        "night_mode",
        "dialog_level",
        "speech_enhance_enabled",
        "audio_delay",
        "height_channel_level",
        "surround_enabled",
        "surround_level",
        "music_surround_level",
        "surround_mode",
        "audio_delay_left_rear",
        "audio_delay_right_rear",
    ),
    ("sub_enabled", "sub_gain", "sub_crossover", "sub_polarity"),
)


class SoundQuestions:
    """The questions to one speaker, in turn.

    Attributes:
        all_asked: Whether the first turn is over.

    """

    def __init__(self) -> None:
        """Begin with the first one."""
        self.all_asked = False
        self._left: list[str] = []

    def next(self) -> str:
        """Return what is to be asked now."""
        question, *self._left = self._left or chain(*_FAMILIES)
        self.all_asked |= not self._left
        return question

    def declined(self, question: str) -> None:
        """Take note that the speaker has no answer."""
        for family in _FAMILIES:
            if question == family[0]:
                self._left = [other for other in self._left if other not in family[1:]]
        self.all_asked |= not self._left

"""Commands: what can be asked of a speaker.

Each command is a plain function. Its first argument is the speaker's address, ``host`` or
``host:port``; the others are strings, numbers, booleans or None, so that a command can be sent to
another process. It blocks until the speaker has answered and raises a
:class:`~..errors.PlayerError` when the speaker cannot be reached or declines. Commands are
executed by a :class:`~..runner.CommandRunner`, never on an event loop.
"""

"""What others can subscribe to, to be told that it is not what it was."""

from homeassistant.core import CALLBACK_TYPE, callback


class Subscribable:
    """Knows whom to tell. Lives on the event loop."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._listeners: list[CALLBACK_TYPE] = []

    @callback
    def async_subscribe(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call ``changed`` whenever there is something new.

        Returns:
            A function that ends the subscription.

        """
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    @callback
    def _tell_listeners(self) -> None:
        for changed in list(self._listeners):
            changed()

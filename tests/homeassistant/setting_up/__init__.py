"""Set-up, unloading and reloading of households, and what can be in the way of them."""

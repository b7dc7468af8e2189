"""Commands that only tests run; a worker of production knows nothing of them."""

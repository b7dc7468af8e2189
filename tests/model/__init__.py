"""Tests of the model floor. They need no Home Assistant, no sockets and no mocks."""

"""Tests that break things on purpose: each kind once in ``make test``, many times in ``make soak``."""

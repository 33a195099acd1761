"""The endpoints of ``/auth`` and ``/users``."""

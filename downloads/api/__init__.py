"""The endpoints below ``/downloads``."""

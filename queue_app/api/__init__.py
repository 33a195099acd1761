"""The endpoints below ``/queue``."""

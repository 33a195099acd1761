"""Adoption of other programs' collections."""

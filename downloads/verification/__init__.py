"""Is the file what it claims to be, and whole? Answered by bytes, in lasting child processes."""

from downloads.verification.media import VerifiedMedia
from downloads.verification.verifier import Verifier

__all__ = ["VerifiedMedia", "Verifier"]

"""Real forum programs, read by the forum adapter over HTTP."""

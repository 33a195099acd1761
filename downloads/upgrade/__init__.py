"""Quality upgrade: a picture that came from a smaller source gives way to a larger copy of itself.

1. A listing by a downloader with ``auto_upgrade`` fetches known small pictures once more (``wanted``),
   under an id of their own; what it stores is noted to be compared, in the same transaction (``noting``).
2. The maintenance job compares (``looking``): the stored pictures that it may be (``matching``), then
   the pixels themselves, in a child process (``comparing``).
3. A sure pair is replaced (``replacing``), an unsure one waits for a person (``deciding``).
4. The old file lies in the recycle bin, and comes back byte for byte (``undoing``).
"""

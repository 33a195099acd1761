"""Reading a file by position: small reads, never past the end, nothing held in memory."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an open file, from ``start`` to before ``end``."""

    descriptor: int
    start: int
    end: int

    @classmethod
    def of_file(cls, descriptor: int) -> "Window":
        """The whole file."""
        return cls(descriptor, 0, os.fstat(descriptor).st_size)

    def __len__(self) -> int:
        return self.end - self.start

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes at ``offset`` from the window's start; fewer at its end."""
        begin = self.start + offset
        length = min(length, self.end - begin)
        return os.pread(self.descriptor, length, begin) if length > 0 and offset >= 0 else b""

    def part(self, start: int, end: int) -> "Window":
        """A window inside this one, by offsets from its start."""
        return Window(self.descriptor, self.start + start, min(self.start + end, self.end))

"""The strips beside the login form: a pattern that is always the same, never pictures of the archive."""

_SEGMENTS = 30
_ROWS = 40
_SEED = 20_251_013


def _pattern() -> tuple[tuple[str, ...], ...]:
    state = _SEED
    lines = []
    for _ in range(_ROWS):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        reach = 3 + (state >> 8) % (_SEGMENTS - 6)
        line = []
        for place in range(_SEGMENTS):
            state = (state * 1_103_515_245 + 12_345) % 2**31
            chance = (state >> 16) % 10
            line.append("to-come" if place > reach or chance == 0 else "skipped" if chance in (1, 2) else "full")
        lines.append(tuple(line))
    return tuple(lines)


LINES = _pattern()

"""Every hostile server ends in its own clear error or in the right bytes, never in a wrong file."""

import hashlib
import random
from contextlib import suppress

import pytest

from mediadl.media import MediaError
from tests.fakes.hostile_behaviours import AS_SENT, SAFE, WHOLE, HostileCase, hostile_cases
from tests.fakes.media_server import MediaServer
from tests.unit.net.fetching import fetch

BODY = b"\xff\xd8\xff" + random.Random(5).randbytes(120_000)
CASES = hostile_cases(BODY)
LIMIT = 3 * len(BODY)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_ends_as_it_must(case: HostileCase, tmp_path):
    part = tmp_path / "file.part"
    limit = LIMIT if case.name == "endless-body" else 1 << 40
    with MediaServer() as server:
        url = server.behave(f"/{case.name}", case.behaviour)
        if case.expected in {WHOLE, AS_SENT}:
            result = fetch(url, part, headers=case.headers, max_bytes=limit)
            stored = part.read_bytes()
            assert result.size == len(stored)
            assert result.sha256 == hashlib.sha256(stored).hexdigest()
            if case.expected == WHOLE:
                assert stored == BODY
            return
        if case.expected == SAFE:
            with suppress(MediaError):
                fetch(url, part, headers=case.headers, max_bytes=limit)
                assert part.read_bytes() == BODY
            return
        with pytest.raises(MediaError) as caught:
            fetch(url, part, headers=case.headers, max_bytes=limit)
    assert caught.value.code == case.expected

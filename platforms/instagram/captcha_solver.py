"""The user's own captcha solving service (2Captcha), asked where a check does not pass by itself."""

import json
from pathlib import Path

from mediadl.media import FailureKind, MediaError
from mediadl.net.children import run_child
from mediadl.net.handle import certificate_file
from platforms.contract import ListingContext
from platforms.programs import empty_working_folder, script
from platforms.site_text import shown

SOLVER_SECONDS = 180.0
_SCRIPT = Path(__file__).with_name("captcha_process.py")


def solve_turnstile(context: ListingContext, key: str, site_key: str, url: str) -> str:
    """The token for the box with ``site_key`` on the page ``url``.

    Raises:
        MediaError: ``CAPTCHA_REQUIRED`` (needs a person) where the service refuses (key, balance, box);
            ``CAPTCHA_SOLVER_FAILED`` (transient) where it cannot be reached or takes too long.
    """
    context.report("asking the captcha solver")
    order = json.dumps({"key": key, "site_key": site_key, "url": url}).encode()
    lines: list[str] = []
    with empty_working_folder() as folder:
        ended = run_child(
            script(_SCRIPT),
            stop=context.stop,
            proxy_url=context.proxy_url,
            cwd=folder,
            env={"REQUESTS_CA_BUNDLE": certificate_file()},
            stdin=order,
            on_stdout_line=lines.append,
            timeout_seconds=SOLVER_SECONDS,
        )
    said = json.loads(lines[-1]) if lines else {"failed": ended.stderr_tail[-200:]}
    if token := str(said.get("token", "")):
        return token
    if refused := said.get("refused"):
        detail = f"The captcha solver refuses: {shown(str(refused), 120)}. Check its key and balance in the settings."
        raise MediaError(FailureKind.NEEDS_PERSON, "CAPTCHA_REQUIRED", detail)
    detail = f"The captcha solver did not answer: {shown(str(said.get('failed', '')), 120)}"
    raise MediaError(FailureKind.TRANSIENT, "CAPTCHA_SOLVER_FAILED", detail)

"""Run as a script: asks 2Captcha for the token of one Turnstile box; the key comes on standard input.

Nothing of the product is imported here. The library's only way out is the proxy of the environment.
"""

import json
import sys

import twocaptcha
from twocaptcha.exceptions import api

POLLING_SECONDS = 5
SOLVE_SECONDS = 120


def main() -> None:
    """Write one line of JSON: ``token``, or ``refused``, or ``failed``."""
    order = json.load(sys.stdin)
    solver = twocaptcha.TwoCaptcha(
        order["key"], defaultTimeout=SOLVE_SECONDS, pollingInterval=order.get("polling_seconds", POLLING_SECONDS)
    )
    try:
        said = {"token": solver.turnstile(sitekey=order["site_key"], url=order["url"])["code"]}
    except (twocaptcha.ApiException, api.ApiException) as error:
        said = {"refused": str(error)}
    except (twocaptcha.NetworkException, api.NetworkException, twocaptcha.TimeoutException) as error:
        said = {"failed": str(error)}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()

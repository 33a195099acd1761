"""What a person can do about a site's last error."""

_SIGN_IN = "Sign in with a browser and upload its cookies below."
_BY_ITSELF = "Nothing needs to be done: it is tried again by itself."
_ADVICE = {
    "LOGIN_REQUIRED": _SIGN_IN,
    "COOKIES_EXPIRED": _SIGN_IN,
    "PRIVATE": "Upload the cookies of an account that may see it.",
    "CAPTCHA_REQUIRED": "Open the site in a browser once, or set the captcha solver's key in the settings.",
    "SITE_CHANGED": "Update the extractors or choose another downloader; what it answered is kept below for admins.",
    "UNCONFIGURED": "Set it up as the downloader's line says.",
    "UPSTREAM_PROXY_FAILED": "Check the proxy that is set for the site.",
    "PRIVATE_ADDRESS": "An operator can open a network with MEDIADL_ALLOWED_PRIVATE_NETWORKS.",
    "NAME_NOT_RESOLVED": "If it is right, the site is gone, or this server's name service does not answer.",
    "TLS_ERROR": "Check this server's clock and certificates; the site's own may be broken.",
    "TIMEOUT": _BY_ITSELF,
    "CONNECTION_FAILED": _BY_ITSELF,
    "CONNECTION_LOST": _BY_ITSELF,
    "BUDGET_USED_UP": "It goes on with the next hour; the settings can allow more.",
    "RATE_LIMITED": _BY_ITSELF,
}


def advice_for(code: str) -> str:
    """The next step for an error's code; empty where none is known."""
    if code.startswith("HTTP_5") or code in {"HTTP_408", "HTTP_429"}:
        return _BY_ITSELF
    return _ADVICE.get(code, "")

"""Can the stored secrets still be read with the keys that are there?"""

from collections.abc import Iterator

from mediadl.configuration.models import StoredSetting
from mediadl.configuration.registry import Kind, leaves
from mediadl.configuration.secret_values import UnreadableSecretError, decrypt
from mediadl.operations.doctor.findings import Finding
from platforms.access_store import known_of
from platforms.models import StoredAccess

_ADVICE = (
    "They were stored with other keys. Bring the data folder's old keys/settings_key back (a backup made "
    "--with-keys has it), or enter these again."
)


def check_secrets() -> tuple[str, list[Finding]]:
    """Try to read each secret of the settings, and each site's cookies and proxy."""
    unreadable = [*_settings(), *_sites()]
    found = [Finding(f"{len(unreadable)} stored secrets cannot be read", unreadable, _ADVICE)] if unreadable else []
    return "Secrets: tried with this installation's keys", found


def _settings() -> Iterator[str]:
    secrets = {leaf.path for leaf in leaves() if leaf.kind is Kind.SECRET}
    for path, stored in StoredSetting.objects.filter(path__in=secrets).values_list("path", "value"):
        try:
            if stored:
                decrypt(stored)
        except UnreadableSecretError:
            yield f"Setting {path}"


def _sites() -> Iterator[str]:
    for row in StoredAccess.objects.all():
        if known_of(row).is_unreadable:
            yield f"Cookies or proxy of {row.site}"

"""What each person wants to hear of."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from mediadl.accounts.services import audit
from mediadl.api.errors import InvalidFieldsError
from mediadl.notifications.kinds import Kind
from mediadl.notifications.models import Choice

USER = "user:"  # before the id, in a message's target


@dataclass(frozen=True, slots=True)
class MailChoice:
    """Somebody who gets mails of their own."""

    user_id: int
    address: str
    kinds: frozenset[str]


def choice_of(user: AbstractBaseUser) -> Choice:
    """A person's choice, or what holds without one."""
    return Choice.objects.filter(pk=user.pk).first() or Choice(user_id=user.pk)


def choose(
    *, user: AbstractBaseUser, email_events: Sequence[str] | None = None, browser_events: Sequence[str] | None = None
) -> Choice:
    """Change what ``user`` hears of; None leaves it as it is.

    Raises:
        InvalidFieldsError: an event is not known.
    """
    given = {"email_events": email_events, "browser_events": browser_events}
    for name, events in given.items():
        if unknown := [event for event in events or () if event not in tuple(Kind)]:
            known = ", ".join(Kind)
            raise InvalidFieldsError({name: [f"{str(unknown[0])[:40]} is no event; there are: {known}."]})
    with transaction.atomic():
        choice = choice_of(user)
        for name, events in given.items():
            if events is not None:
                setattr(choice, name, [kind.value for kind in Kind if kind.value in events])
        choice.save()
        audit(user, "notifications.choose", target=str(user.pk))
    return choice


def mail_choices() -> list[MailChoice]:
    """Everybody who may sign in, has an address, and wants mails."""
    rows = Choice.objects.filter(user__is_active=True).exclude(user__email="").exclude(email_events=[])
    values = rows.order_by("user_id").values_list("user_id", "user__email", "email_events")
    return [MailChoice(user_id, address, frozenset(events)) for user_id, address, events in values]


def recipient_of(target: str) -> str | None:
    """The present address of a ``user:ID`` target; None where there is nobody any more."""
    number = target.removeprefix(USER)
    if not number.isdecimal():
        return None
    rows = Choice.objects.filter(pk=int(number), user__is_active=True).exclude(user__email="")
    return rows.values_list("user__email", flat=True).first()

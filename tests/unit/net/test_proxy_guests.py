"""Who may use the guarding proxy, and which of them can have left something open."""

from mediadl.net.proxy_guests import GuestBook


def test_only_a_guest_that_has_come_can_have_left_something_open():
    book = GuestBook()
    quiet, busy = book.admit(), book.admit()
    assert book.guest_of(*busy.credentials) is busy
    assert book.dismiss(quiet) is False
    assert book.dismiss(busy) is True
    assert book.guest_of(*busy.credentials) is None


def test_a_guest_needs_its_own_password():
    book = GuestBook()
    first, second = book.admit(), book.admit()
    assert book.guest_of(first.user, second.credentials[1]) is None
    assert book.guest_of("child99", first.credentials[1]) is None

"""Telling people what matters: in the browser, by e-mail, by webhook, from one outbox."""

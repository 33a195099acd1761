"""Stored values of the settings tree: only leaves that differ from their default have a row."""

from django.db import models


class StoredSetting(models.Model):
    """One leaf of the tree by its dotted path; a secret's value is encrypted text."""

    path = models.CharField(max_length=200, primary_key=True)
    value = models.JSONField(null=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.path


class SettingsVersion(models.Model):
    """A single row that counts changes, so that each process notices one by a cheap read."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)

"""The text index over URLs and file names (see downloads.search_index)."""

from django.db import migrations

from downloads import search_index


def _create(_apps, schema_editor):
    search_index.create(schema_editor.connection)


def _drop(_apps, schema_editor):
    search_index.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("downloads", "0001_initial")]
    operations = [migrations.RunPython(_create, _drop)]

"""The recycle bin, and pictures that replace smaller ones of themselves."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('downloads', '0002_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='PictureFingerprint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('phash', models.CharField(max_length=16)),
                ('dhash', models.CharField(max_length=16)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('readable', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='BinEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=700)),
                ('bin_path', models.CharField(max_length=300)),
                ('restore_path', models.CharField(blank=True, max_length=700)),
                ('filename', models.CharField(max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('reason', models.CharField(choices=[('deleted', 'Deleted'), ('replaced', 'Replaced by a larger one'), ('cleaned_up', 'Cleaned up by age')], max_length=10)),
                ('state', models.CharField(choices=[('moving', 'On its way into the bin'), ('held', 'In the bin'), ('restoring', 'On its way back')], max_length=10)),
                ('binned_at', models.DateTimeField()),
                ('platform', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=120)),
                ('media_type', models.CharField(blank=True, max_length=10)),
                ('record', models.JSONField(default=dict)),
                ('download', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='binned', to='downloads.download')),
                ('root', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='downloads.mediaroot')),
            ],
        ),
        migrations.CreateModel(
            name='MediaAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(max_length=40)),
                ('media_id', models.CharField(max_length=200)),
                ('media_url_key', models.CharField(blank=True, max_length=64)),
                ('download', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='downloads.download')),
            ],
        ),
        migrations.CreateModel(
            name='UpgradeCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('looking', 'To be compared'), ('review', 'Waits for a person'), ('replaced', 'Replaced'), ('refused', 'Not replaced'), ('both', 'Both kept'), ('undone', 'Undone')], max_length=10)),
                ('downloader', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=120)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('figures', models.JSONField(default=dict)),
                ('old_record', models.JSONField(default=dict)),
                ('new_record', models.JSONField(default=dict)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, max_length=150)),
                ('bin_entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='upgrade_cases', to='downloads.binentry')),
                ('candidate', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='candidate_cases', to='downloads.download')),
                ('download', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='upgrade_cases', to='downloads.download')),
            ],
        ),
        migrations.AddIndex(
            model_name='binentry',
            index=models.Index(fields=['-binned_at', '-id'], name='bin_entry_date'),
        ),
        migrations.AddIndex(
            model_name='binentry',
            index=models.Index(fields=['sha256'], name='bin_entry_sha256'),
        ),
        migrations.AddIndex(
            model_name='binentry',
            index=models.Index(condition=models.Q(('state', 'held'), _negated=True), fields=['id'], name='bin_entry_unsettled'),
        ),
        migrations.AddConstraint(
            model_name='binentry',
            constraint=models.UniqueConstraint(fields=('root', 'bin_path'), name='bin_entry_path_once'),
        ),
        migrations.AddConstraint(
            model_name='binentry',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['deleted', 'replaced', 'cleaned_up'])), name='bin_entry_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='binentry',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['moving', 'held', 'restoring'])), name='bin_entry_state_known'),
        ),
        migrations.AddIndex(
            model_name='mediaalias',
            index=models.Index(fields=['platform', 'media_url_key'], name='media_alias_url_key'),
        ),
        migrations.AddConstraint(
            model_name='mediaalias',
            constraint=models.UniqueConstraint(fields=('platform', 'media_id'), name='media_alias_once'),
        ),
        migrations.AddIndex(
            model_name='upgradecase',
            index=models.Index(fields=['status', '-created_at', '-id'], name='upgrade_case_status'),
        ),
        migrations.AddConstraint(
            model_name='upgradecase',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['looking', 'review', 'replaced', 'refused', 'both', 'undone'])), name='upgrade_case_status_known'),
        ),
        migrations.AddConstraint(
            model_name='upgradecase',
            constraint=models.UniqueConstraint(fields=('candidate', 'download'), name='upgrade_case_pair_once'),
        ),
    ]

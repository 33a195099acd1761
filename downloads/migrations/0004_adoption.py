"""Adopted archives and their runs; tags and notes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('downloads', '0003_upgrade'),
    ]

    operations = [
        migrations.CreateModel(
            name='AdoptionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('folder', models.CharField(blank=True, max_length=1000)),
                ('archives', models.JSONField(default=list)),
                ('placement', models.CharField(max_length=10)),
                ('platform', models.CharField(blank=True, max_length=40)),
                ('source', models.CharField(blank=True, max_length=120)),
                ('dry_run', models.BooleanField()),
                ('status', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], max_length=10)),
                ('position', models.CharField(blank=True, max_length=1000)),
                ('counts', models.JSONField(default=dict)),
                ('examples', models.JSONField(default=list)),
                ('error', models.TextField(blank=True)),
                ('started_by', models.CharField(blank=True, max_length=150)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['status', 'id'], name='adoption_run_status')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['running', 'done', 'failed', 'cancelled'])), name='adoption_run_status_known')],
            },
        ),
        migrations.CreateModel(
            name='DownloadNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('changed_at', models.DateTimeField()),
                ('download', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='note', to='downloads.download')),
            ],
        ),
        migrations.CreateModel(
            name='AdoptedEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('entry', models.CharField(max_length=500)),
                ('match', models.CharField(max_length=300)),
                ('source', models.CharField(blank=True, max_length=120)),
                ('adopted_at', models.DateTimeField()),
                ('download', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='adopted_entries', to='downloads.download')),
            ],
            options={
                'indexes': [models.Index(fields=['match'], name='adopted_entry_match')],
                'constraints': [models.UniqueConstraint(fields=('program', 'entry'), name='adopted_entry_once')],
            },
        ),
        migrations.CreateModel(
            name='DownloadTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('download', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='downloads.download')),
            ],
            options={
                'indexes': [models.Index(fields=['name', '-download'], name='download_tag_name')],
                'constraints': [models.UniqueConstraint(fields=('download', 'name'), name='download_tag_once')],
            },
        ),
    ]

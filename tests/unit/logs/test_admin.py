"""Log lines in Django's admin."""

from datetime import UTC, datetime

import pytest
from django.contrib.admin.sites import site
from django.test import RequestFactory

from mediadl.accounts.models import Role, User
from mediadl.logs.models import LogRow

pytestmark = pytest.mark.django_db


def test_lines_can_be_seen_and_filtered_and_not_touched():
    LogRow.objects.create(
        timestamp=datetime(2025, 10, 13, tzinfo=UTC), level="ERROR", module="Web", message="<script>alert(1)</script>"
    )
    request = RequestFactory().get("/admin/logs/logrow/?level=ERROR")
    request.user = User.objects.create(username="admin", role=Role.ADMIN)
    model_admin = site._registry[LogRow]
    page = model_admin.changelist_view(request).render().content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert not model_admin.has_add_permission(request)
    assert not model_admin.has_change_permission(request)
    assert not model_admin.has_delete_permission(request)

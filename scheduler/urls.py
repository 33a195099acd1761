"""The paths of this room (mounted in mediadl.urls)."""

from django.urls import path

from scheduler.api import HistoryViewSet, JobViewSet
from scheduler.monitors.api import ForumThreadViewSet

urlpatterns = [
    path("scheduler/jobs", JobViewSet.as_view({"get": "list", "post": "create"}), name="scheduler-jobs"),
    path(
        "scheduler/jobs/<str:pk>",
        JobViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="scheduler-job",
    ),
    path("scheduler/jobs/<str:pk>/run", JobViewSet.as_view({"post": "run"}), name="scheduler-job-run"),
    path("scheduler/history", HistoryViewSet.as_view({"get": "list"}), name="scheduler-history"),
    path("platforms/forum/monitor", ForumThreadViewSet.as_view({"post": "create"}), name="forum-monitor"),
    path("platforms/forum/threads", ForumThreadViewSet.as_view({"get": "list"}), name="forum-threads"),
    path(
        "platforms/forum/threads/<str:pk>",
        ForumThreadViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="forum-thread",
    ),
    path("platforms/forum/threads/<str:pk>/check", ForumThreadViewSet.as_view({"post": "check"})),
]

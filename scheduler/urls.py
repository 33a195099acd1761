"""The paths of this room (mounted in mediadl.urls)."""

from django.urls import path

from scheduler.api import HistoryViewSet, JobViewSet

urlpatterns = [
    path("scheduler/jobs", JobViewSet.as_view({"get": "list", "post": "create"}), name="scheduler-jobs"),
    path(
        "scheduler/jobs/<str:pk>",
        JobViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="scheduler-job",
    ),
    path("scheduler/jobs/<str:pk>/run", JobViewSet.as_view({"post": "run"}), name="scheduler-job-run"),
    path("scheduler/history", HistoryViewSet.as_view({"get": "list"}), name="scheduler-history"),
]

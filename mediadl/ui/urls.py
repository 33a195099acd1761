"""The paths of the pages (mounted in mediadl.urls)."""

from django.urls import URLPattern, URLResolver, path

from mediadl.ui.views import dashboard, history, links, queue, shell_parts, signing_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("login", signing_in.login, name="login"),
    path("logout", signing_in.logout, name="logout"),
    path("app.webmanifest", shell_parts.manifest, name="manifest"),
    path("part/nav", shell_parts.nav, name="nav"),
    path("", dashboard.dashboard, name="dashboard"),
    path("part/running", dashboard.running, name="part-running"),
    path("part/figures", dashboard.figures, name="part-figures"),
    path("part/newest", dashboard.newest_pictures, name="part-newest"),
    path("part/chart", dashboard.day_chart, name="part-chart"),
    path("links/recognise", links.recognise, name="links-recognise"),
    path("links/start", links.start, name="links-start"),
    path("history", history.history, name="history"),
    path("history/more/<int:number>", history.more, name="history-more"),
    path("history/known", history.forgotten, name="history-forgotten"),
    path("history/known/<int:tombstone_id>/again", history.fetch_again, name="history-fetch-again"),
    path("history/bulk", history.bulk, name="history-bulk"),
    path("history/zip", history.zip_file, name="history-zip"),
    path("history/<int:download_id>", history.item, name="history-item"),
    *(path(name, dashboard.dashboard, name=name) for name in ("scheduler", "platforms", "settings", "logs", "account")),
    path("queue", queue.queue, name="queue"),
    path("queue/list", queue.queue_list, name="queue-list"),
    path("queue/rows", queue.rows, name="queue-rows"),
    path("queue/more/<slug:key>/<int:start>", queue.more, name="queue-more"),
    path("queue/bulk", queue.bulk, name="queue-bulk"),
    path("queue/pause-all", queue.pause_all, name="queue-pause-all"),
    path("queue/clear", queue.clear, name="queue-clear"),
    path("queue/import", queue.import_list, name="queue-import"),
    path("queue/<int:item_id>/detail", queue.detail, name="queue-detail"),
    path("queue/<int:item_id>/<slug:action>", queue.act, name="queue-act"),
]

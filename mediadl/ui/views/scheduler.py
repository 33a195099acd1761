"""The scheduler: jobs, when they run next, what ran, and making or changing one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from mediadl.accounts.models import Role
from mediadl.api.errors import InvalidFieldsError
from mediadl.ui.access import page, person
from mediadl.ui.numbers import whole_number
from mediadl.ui.pages import render_page, render_part
from mediadl.ui.presenters.cron_preview import FIELD_NAMES, PRESETS, preview
from mediadl.ui.presenters.job_rows import hour_lines, job_rows, job_words, next_day, run_rows
from mediadl.ui.presenters.platform_words import downloader_label
from mediadl.ui.selectors.jobs import all_jobs, next_job, runs
from mediadl.ui.triggers import toast, trigger
from platforms import registry
from scheduler import services
from scheduler.models import Job, RunStatus

RUNS_SHOWN = 25
DEFAULT_SCHEDULE = "0 */4 * * *"
DEFAULT_NEWEST = 50


def _jobs_context(request: HttpRequest) -> dict[str, Any]:
    search = request.GET.get("search", "").strip()[:120]
    jobs = all_jobs(search)
    marks = next_day(jobs)
    job_id, status = request.GET.get("job", ""), request.GET.get("status", "")
    return {
        "search": search,
        "jobs": job_rows(jobs),
        "marks": marks,
        "mark_words": job_words(jobs, marks),
        "next_job": next_job(),
        "hour_lines": hour_lines(),
        "runs": run_rows(runs(job_id, status if status in RunStatus.values else "", RUNS_SHOWN)),
        "run_job": next((job.name for job in jobs if job.slug == job_id), ""),
        "run_status": status,
        "statuses": RunStatus.choices,
        "job_filter": job_id,
    }


def _form(job: Job | None, request: HttpRequest) -> dict[str, Any]:
    """The values of the form beside the list, new or of a job."""
    schedule = job.schedule if job else DEFAULT_SCHEDULE
    platform = job.platform if job else request.GET.get("platform", "instagram")
    config = job.config if job else {}
    parts = schedule.split()
    return {
        "job": job,
        "platform": platform,
        "platforms": registry.platforms(),
        "info": registry.get(platform),
        "needs_url": not registry.get(platform).source_url("example", ""),
        "downloaders": [(one.name, downloader_label(platform, one.name)) for one in registry.get(platform).downloaders],
        "source": job.source if job else request.GET.get("source", "")[:120],
        "content_type": job.content_type if job else "",
        "config": config,
        "newest": config.get("max_downloads", DEFAULT_NEWEST),
        "schedule": schedule,
        "fields": list(zip(FIELD_NAMES, parts if len(parts) == len(FIELD_NAMES) else ["*"] * 5, strict=True)),
        "presets": PRESETS,
        "preview": preview(schedule),
    }


@page()
def scheduler(request: HttpRequest) -> HttpResponse:
    """The whole page; ``?new`` or ``?edit=ID`` opens the form."""
    context = _jobs_context(request)
    edited = request.GET.get("edit", "")
    if edited:
        context["form"] = _form(services.get_job(edited), request)
    elif "new" in request.GET or not context["jobs"]:
        context["form"] = _form(None, request)
    return render_page(request, "scheduler/page.html", context, current="scheduler")


@page()
def job_list(request: HttpRequest) -> HttpResponse:
    """The list and what ran, again."""
    return render_part(request, "scheduler/_main.html", _jobs_context(request))


@page(Role.ADMIN)
def cron(request: HttpRequest) -> HttpResponse:
    """What the typed schedule means."""
    parts = [request.GET.get(name, "*").strip() or "*" for name in FIELD_NAMES]
    return render_part(request, "scheduler/_preview.html", {"preview": preview(" ".join(parts))})


def _config(request: HttpRequest, before: dict[str, Any]) -> dict[str, Any]:
    config = dict(before)
    for name in ("max_downloads", "days_back"):
        text = request.POST.get(name, "").strip()
        if (number := whole_number(text)) is not None:
            config[name] = number
        elif text:
            raise InvalidFieldsError({name: ["Must be a whole number."]}, "Enter whole numbers only.")
        else:
            config.pop(name, None)
    for name in ("url", "downloader"):
        if text := request.POST.get(name, "").strip():
            config[name] = text
        elif name in request.POST:
            config.pop(name, None)
    return config


def _schedule(request: HttpRequest) -> str:
    return " ".join(request.POST.get(name, "*").strip() or "*" for name in FIELD_NAMES)


def _done(request: HttpRequest, title: str, detail: str = "") -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = toast(HttpResponse(status=204), title, detail)
        trigger(response, "refresh-jobs")
        trigger(response, "refresh-nav")
        return response
    messages.success(request, f"{title}. {detail}", extra_tags="done")
    return redirect("scheduler")


@require_POST
@page(Role.ADMIN)
def save(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Make a job, or change one."""
    if slug:
        config = _config(request, services.get_job(slug).config)
        job = services.update_job(
            slug,
            name=request.POST.get("name", "").strip() or None,
            schedule=_schedule(request),
            config=config,
            user=person(request),
        )
        messages.success(request, f"{job.name} was changed", extra_tags="done")
    else:
        source = request.POST.get("source", "").strip()
        content_type = request.POST.get("content_type", "")
        name = request.POST.get("name", "").strip() or ", ".join(filter(None, (source, content_type)))
        job = services.create_job(
            name=name,
            platform=request.POST.get("platform", ""),
            source=source,
            content_type=content_type,
            schedule=_schedule(request),
            config=_config(request, {}),
            user=person(request),
        )
        messages.success(request, f"{job.name} was made; it looks for new files by itself", extra_tags="done")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("scheduler")})
    return redirect("scheduler")


@require_POST
@page(Role.ADMIN)
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Switch a job on or off."""
    on = request.POST.get("enabled") == "on"
    job = services.update_job(slug, enabled=on, user=person(request))
    return _done(request, f"{job.name} is {'on' if on else 'off'}")


@require_POST
@page(Role.ADMIN)
def run(request: HttpRequest, slug: str) -> HttpResponse:
    """Run a job now; its schedule stays as it is."""
    started = services.run_now(slug, user=person(request))
    return _done(request, f"{started.job.name} runs now")


@require_POST
@page(Role.ADMIN)
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Remove a job; its files stay."""
    name = services.get_job(slug).name
    services.delete_job(slug, user=person(request))
    messages.success(request, f"{name} was removed; its files stay", extra_tags="done")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("scheduler")})
    return redirect("scheduler")

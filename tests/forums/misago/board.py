"""A running Misago that does what it is told on its standard input, one JSON object a line.

Runs in `.venv-misago`. Posts and uploads go through the forum's own API as members', so that its
parser makes the markup and its storage the files; only their dates are put in afterwards.

    {"do": "thread", "title": ..., "posts": [{"author", "text", "posted_at", "files": [{"name", "base64"}]}]}
    {"do": "reply", "thread": 1, "posts": [...]}      {"do": "event", "thread": 1, "author", "title"}
    {"do": "hide", "post": 7, "author"}               {"do": "member", "name", "signature"}

Each answer is one line too. Every request is a line of ``requests.log`` in its folder. With the
arguments ``prepare FILE`` it writes its empty database into the file instead: migrating takes a
minute of a busy machine, loading a second.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

FOLDER = Path(os.environ.get("MISAGO_FOLDER", "."))
EMPTY_BOARD = Path(sys.prefix) / "empty-board.sql"
POSTS_A_PAGE = 10


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection."""

    daemon_threads = True


class Handler(WSGIRequestHandler):
    """Notes what is asked for."""

    def log_request(self, code="-", size="-"):
        with (FOLDER / "requests.log").open("a") as log:
            log.write(f"{self.command} {self.path} {getattr(code, 'value', code)}\n")


def set_up():
    """Load the prepared database; make it where there is none."""
    if EMPTY_BOARD.exists() and shutil.which("psql"):
        command = ["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        subprocess.run([*command, f"--file={EMPTY_BOARD}", os.environ["MISAGO_DATABASE_URL"]], check=True)
    else:
        make_tables()


def prepare(file):
    """Write an empty board into ``file``."""
    make_tables()
    database = os.environ["MISAGO_DATABASE_URL"]
    subprocess.run(["pg_dump", "--no-owner", "--no-privileges", f"--file={file}", database], check=True)


def make_tables():
    """The tables with their first rows, pages of a size that tests can fill, signatures with pictures."""
    from django.core.management import call_command
    from misago.acl.models import Role
    from misago.cache.versions import invalidate_all_caches
    from misago.conf.models import Setting

    call_command("migrate", verbosity=0, interactive=False)
    for name, value in {
        "posts_per_page": POSTS_A_PAGE,
        "posts_per_page_orphans": 2,
        "forum_name": "Harbour board",
    }.items():
        setting = Setting.objects.get(setting=name)
        setting.value = value
        setting.save()
    for role in Role.objects.all():
        rights = role.permissions
        account = rights.setdefault("misago.users.permissions.account", {})
        account.update(can_have_signature=1, allow_signature_links=1, allow_signature_images=1)
        role.permissions = rights
        role.save()
    invalidate_all_caches()


def member(name):
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(username=name)


def signed_in(name):
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    client.force_login(member(name), backend="misago.users.authbackends.MisagoBackend")
    return client


def accepted(response):
    if response.status_code >= 400:
        raise RuntimeError(f"Misago refused: {response.status_code} {response.content[:500]!r}")
    return response.json() if response.content else {}


def uploaded(client, file):
    from django.core.files.uploadedfile import SimpleUploadedFile

    kinds = {
        "jpg": "image/jpeg",
        "png": "image/png",
        "gif": "image/gif",
        "webp": "image/webp",
        "zip": "application/zip",
    }
    kind = kinds[file["name"].rpartition(".")[2]]
    upload = SimpleUploadedFile(file["name"], base64.b64decode(file["base64"]), content_type=kind)
    return accepted(client.post("/api/attachments/", {"upload": upload}))


def send_post(address, post, more=None):
    """One post through the API: the answer's ``id`` is the thread's for a new thread."""
    client = signed_in(post["author"])
    files = [uploaded(client, one) for one in post.get("files", ())]
    text = post["text"]
    for number, file in enumerate(files, start=1):
        text = text.replace(f"{{file{number}}}", file["url"]["index"]).replace(
            f"{{thumb{number}}}", file["url"]["thumb"] or ""
        )
    body = {"post": text, "attachments": [one["id"] for one in files], **(more or {})}
    return accepted(client.post(address, json.dumps(body), content_type="application/json")), files


def told(thread_id, post, files):
    """The post as the test shall know it, with its date put in: Misago signs text and date together."""
    from misago.threads.checksums import update_post_checksum
    from misago.threads.models import Post

    made = Post.objects.filter(thread_id=thread_id).latest("id")
    made.posted_on = made.updated_on = datetime.fromisoformat(post["posted_at"])
    update_post_checksum(made)
    made.save()
    return {"id": made.pk, "files": [one["url"]["index"] for one in files]}


def do_member(name, signature):
    from django.contrib.auth import get_user_model
    from misago.conf.shortcuts import get_dynamic_settings
    from misago.users.setupnewuser import setup_new_user

    user = get_user_model().objects.create_user(name, f"{name.lower()}@board.example", "Pass.12345")
    setup_new_user(get_dynamic_settings(), user)
    from misago.users.avatars import dynamic

    dynamic.set_avatar(user)
    user.save()
    signed = signed_in(name).post(f"/api/users/{user.pk}/signature/", {"signature": signature})
    return {"id": user.pk, "signature": accepted(signed)["signature"]["html"]}


def do_thread(title, posts):
    from misago.categories.models import Category

    category = Category.objects.get(slug="first-category").pk
    made, files = send_post("/api/threads/", posts[0], {"title": title, "category": category})
    first = told(made["id"], posts[0], files)
    return {"id": made["id"], "url": made["url"], "posts": [first, *do_reply(made["id"], posts[1:])["posts"]]}


def do_reply(thread, posts):
    answers = []
    for post in posts:
        _made, files = send_post(f"/api/threads/{thread}/posts/", post)
        answers.append(told(thread, post, files))
    return {"posts": answers}


def do_event(thread, author):
    """A line between the posts that is none: the thread was closed and opened again."""
    from misago.threads.events import record_event
    from misago.threads.models import Thread

    class Request:
        user = member(author)

    record_event(Request, Thread.objects.get(pk=thread), "closed")
    return {}


def do_hide(post):
    from misago.threads.models import Post

    Post.objects.filter(pk=post).update(is_hidden=True)
    return {}


DOES = {"member": do_member, "thread": do_thread, "reply": do_reply, "event": do_event, "hide": do_hide}


def main():
    """Set up, serve on a free port of the loopback, and do what comes."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "board_settings"
    if sys.argv[1:2] == ["prepare"]:
        os.environ["MISAGO_DATABASE_URL"] = os.environ.get("MEDIADL_TEST_POSTGRES_URL", "")
        if not os.environ["MISAGO_DATABASE_URL"]:
            return  # with-services said what is missing
    import django

    django.setup()
    if sys.argv[1:2] == ["prepare"]:
        prepare(sys.argv[2])
        return
    from django.core.wsgi import get_wsgi_application

    set_up()
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=Server, handler_class=Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say({"port": server.server_port})
    for line in sys.stdin:
        order = json.loads(line)
        say(DOES[order.pop("do")](**order))
    server.shutdown()


def say(answer):
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

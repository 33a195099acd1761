"""Child processes: a clean environment, lines as they come, and an end in every case."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from mediadl.media import FailureKind, MediaError
from mediadl.net.children import STDERR_TAIL_BYTES, child_environment, run_child, stream_child_lines
from mediadl.net.stopping import StopSignal


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", code]


def run(argv: list[str], **options: Any):
    lines: list[str] = []
    result = run_child(
        argv, stop=options.pop("stop", StopSignal()), proxy_url="", on_stdout_line=lines.append, **options
    )
    return result, lines


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_dead(pid: int, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return not is_alive(pid)


def test_gives_lines_status_and_errors():
    result, lines = run(["sh", "-c", "echo one; printf 'two\\r\\nthree'; echo oops >&2; exit 3"])
    assert lines == ["one", "two", "three"]
    assert (result.returncode, result.stderr_tail) == (3, "oops\n")


def test_a_program_that_is_not_there():
    result, _ = run(["no-such-program"])
    assert result.returncode == 127
    assert "no-such-program: No such file" in result.stderr_tail


def test_gives_its_input_and_folder(tmp_path):
    _, lines = run(["sh", "-c", "cat; pwd"], stdin="ü\n".encode() + b"x" * 200_000 + b"\n", cwd=tmp_path)
    assert lines == ["ü", "x" * 200_000, str(tmp_path)]


def test_the_environment_is_clean_but_for_the_proxy(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDIADL_ADMIN_PASSWORD", "secret")
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("PYTHONPATH", "/evil")
    lines: list[str] = []
    run_child(
        ["env"],
        stop=StopSignal(),
        proxy_url="http://u:p@127.0.0.1:1",
        cwd=tmp_path,
        env={"EXTRA": "1"},
        on_stdout_line=lines.append,
    )
    seen = dict(line.split("=", 1) for line in lines)
    assert seen["http_proxy"] == seen["HTTPS_PROXY"] == seen["ALL_PROXY"] == "http://u:p@127.0.0.1:1"
    assert (seen["no_proxy"], seen["HOME"], seen["EXTRA"]) == ("", str(tmp_path), "1")
    assert not {"MEDIADL_ADMIN_PASSWORD", "PYTHONPATH", "MEDIADL_DATA_DIR"} & seen.keys()
    assert "http_proxy" not in child_environment("", {}, home=None)


def test_lines_come_while_the_child_runs_and_it_waits_for_its_reader(tmp_path):
    code = "import itertools\nfor n in itertools.count(): print(n, 'x' * 1000)"
    lines = stream_child_lines(python(code), stop=StopSignal(), proxy_url="")
    assert [next(lines).split()[0] for _ in range(3)] == ["0", "1", "2"]
    lines.close()


def test_closing_the_reader_kills_the_child():
    lines = stream_child_lines(["sh", "-c", "echo $$; sleep 60"], stop=StopSignal(), proxy_url="")
    pid = int(next(lines))
    assert is_alive(pid)
    lines.close()
    assert not is_alive(pid)


def test_the_generator_returns_how_the_child_ended():
    lines = stream_child_lines(["sh", "-c", "echo a; exit 4"], stop=StopSignal(), proxy_url="")
    assert next(lines) == "a"
    with pytest.raises(StopIteration) as end:
        next(lines)
    assert end.value.value.returncode == 4


@pytest.mark.parametrize("command", ["sleep 60", "trap '' TERM INT; sleep 60; sleep 60", "sleep 60 & wait"])
def test_a_stop_kills_the_child_and_its_own_children(command):
    stop, pids, begun = StopSignal(), [], threading.Event()
    stopped_at: list[float] = []

    def stop_it() -> None:
        begun.wait(10)
        stopped_at.append(time.monotonic())
        stop.stop("cancel")

    def on_line(line: str) -> None:
        pids.append(int(line))
        begun.set()

    threading.Thread(target=stop_it).start()
    with pytest.raises(MediaError) as caught:
        run_child(
            ["sh", "-c", f"sleep 61 & echo $!; echo $$; {command}"], stop=stop, proxy_url="", on_stdout_line=on_line
        )
    assert caught.value.kind == FailureKind.STOPPED
    assert time.monotonic() - stopped_at[0] < 2
    assert all(map(wait_until_dead, pids))


def test_nothing_is_started_once_stopped(tmp_path):
    stop = StopSignal()
    stop.stop("pause")
    with pytest.raises(MediaError, match="STOPPED"):
        run(["touch", str(tmp_path / "made")], stop=stop)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("command", ["sleep 60", "exec >&- 2>&-; sleep 60"])
def test_a_child_that_takes_too_long_is_killed(command):
    with pytest.raises(MediaError) as caught:
        run(["sh", "-c", command], timeout_seconds=0.3)
    assert (caught.value.kind, caught.value.code) == (FailureKind.TRANSIENT, "TIMEOUT")


def test_what_a_child_leaves_behind_does_not_hold_us_up_and_is_killed():
    started = time.monotonic()
    result, lines = run(["sh", "-c", "sleep 60 & echo $!"], timeout_seconds=30)
    assert result.returncode == 0
    assert time.monotonic() - started < 10
    assert wait_until_dead(int(lines[0]))


def test_a_line_without_end_ends_the_child():
    with pytest.raises(MediaError) as caught:
        run(python("while True: print('x' * 10000, end='')"), max_line_bytes=100_000)
    assert (caught.value.kind, caught.value.code) == (FailureKind.REFUSED, "CHILD_OUTPUT_TOO_LARGE")


def test_only_the_end_of_the_errors_is_kept_but_each_line_can_be_seen():
    seen: list[str] = []
    code = "import sys\nsay = sys.stderr.write\nsay('[error] first\\n')\n"
    result, _ = run(python(code + "for n in range(3000): say(f'{n} ' + 'x' * 100 + '\\n')"), on_stderr_line=seen.append)
    assert len(result.stderr_tail) == STDERR_TAIL_BYTES
    assert result.stderr_tail.rstrip().endswith("x" * 100)
    assert (seen[0], len(seen)) == ("[error] first", 3001)


def test_both_outputs_at_once_do_not_block_each_other():
    code = "import sys\nfor n in range(2000): print('o' * 500); print('e' * 500, file=sys.stderr)"
    _, lines = run(python(code), timeout_seconds=30)
    assert len(lines) == 2000


def test_bytes_that_are_no_text_do_not_fail():
    _, lines = run(["printf", "a\\377b\\n"])
    assert lines == ["a\ufffdb"]


def test_the_child_outlives_the_thread_that_started_it():
    lines: list[str] = []
    generator = stream_child_lines(["sh", "-c", "echo a; sleep 0.3; echo b"], stop=StopSignal(), proxy_url="")
    first = threading.Thread(target=lambda: lines.append(next(generator)))
    first.start()
    first.join()
    assert [*lines, *generator] == ["a", "b"]


def test_a_child_dies_with_its_parent():
    code = """
import sys
from mediadl.net.children import stream_child_lines
from mediadl.net.stopping import StopSignal
lines = stream_child_lines(["sh", "-c", "echo $$; sleep 60"], stop=StopSignal(), proxy_url="")
print(next(lines), flush=True)
sys.stdin.read()
"""
    root = Path(__file__).parents[3]
    with subprocess.Popen(python(code), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert wait_until_dead(pid)


def test_no_descriptor_or_zombie_is_left():
    run(["true"])
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run(["true"])
    assert len(list(Path("/proc/self/fd").iterdir())) == before

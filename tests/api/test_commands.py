"""Commands of this computer as resources: what users of the official plugin rely on."""

import json
import signal
import subprocess

import pytest
from pulumi import Output, ResourceOptions, export
from pulumi_command import local, remote

from tests.api.test_ownership import wait_until
from tests.waits import LONGEST

CANARY = "canary-6d1f0c"


def test_a_command_runs_once_and_keeps_what_it_said(stack):
    def program(_):
        done = local.Command("one", create="cat; echo done; printf 'told\n\n' >&2", stdin="given\n")
        export("stdout", done.stdout)
        export("stderr", done.stderr)

    first = stack.up(program)
    assert first.changes == {"one": "create"}
    outputs = stack.outputs()
    assert outputs["stdout"] == "given\ndone"
    # One line's end is taken off, no more.
    assert outputs["stderr"] == "told\n"
    assert stack.up(program).changes == {}


def test_a_changed_input_runs_update_and_a_preview_names_it_and_runs_nothing(stack, tmp_path):
    log = tmp_path / "log"

    def program(stdin, update=True):
        return lambda _: local.Command(
            "one",
            create=f"cat >> {log}; echo made",
            update=f"echo updated from $PULUMI_COMMAND_STDOUT >> {log}; echo changed" if update else None,
            stdin=stdin,
            environment={"A": "1"},
        )

    stack.up(program("first\n"))
    seen = stack.preview(program("second\n"))
    assert seen.changes == {"one": "update"}
    assert seen.details == {"one": {"stdin": "update"}}
    assert log.read_text() == "first\n"
    stack.up(program("second\n"))
    assert log.read_text() == "first\nupdated from made\n"
    # Without `update` it is `create` again.
    stack.up(program("third\n", update=False))
    assert log.read_text() == "first\nupdated from made\nthird\n"


def test_what_follows_a_changed_command_is_unknown_in_the_preview(stack):
    def program(text):
        def build(_):
            first = local.Command("first", create=f"echo {text}")
            local.Command("second", create="cat", stdin=first.stdout)

        return build

    stack.up(program("a"))
    assert set(stack.preview(program("b")).changes) == {"first", "second"}
    assert stack.up(program("b")).changes == {"first": "update", "second": "update"}


def test_changed_triggers_replace(stack, tmp_path):
    log = tmp_path / "log"

    def program(trigger):
        return lambda _: local.Command(
            "one",
            create=f"echo create >> {log}",
            delete=f"echo delete >> {log}",
            triggers=[trigger],
            opts=ResourceOptions(delete_before_replace=True),
        )

    stack.up(program("a"))
    assert stack.preview(program("b")).details == {"one": {"triggers": "update-replace"}}
    stack.up(program("b"))
    assert log.read_text().split() == ["create", "delete", "create"]


def test_delete_runs_with_the_environment_and_folder_of_the_state(stack, tmp_path):
    folder = tmp_path / "there"
    folder.mkdir()

    def program(_):
        local.Command(
            "one",
            create="echo made",
            delete='echo "$NAME $PULUMI_COMMAND_STDOUT" > gone',
            environment={"NAME": "kept"},
            dir=str(folder),
            interpreter=["/bin/bash", "-c"],
        )

    stack.up(program)
    stack.destroy()
    assert (folder / "gone").read_text() == "kept made\n"


def test_without_any_command_there_is_nothing_to_run_and_what_was_said_is_kept(stack):
    def program(create, environment):
        def build(_):
            done = local.Command("one", create=create, environment={"A": environment})
            export("stdout", done.stdout)

        return build

    stack.up(program("echo kept", "1"))
    stack.up(program(None, "2"))
    assert stack.outputs()["stdout"] == "kept"
    assert stack.destroy().changes == {"one": "delete"}


def test_the_lines_are_shown_as_they_come_unless_logging_says_no(stack):
    def program(logging):
        return lambda _: local.Command("one", create="echo to-out; echo to-err >&2", logging=logging)

    said = stack.up(program(local.Logging.STDERR)).text
    assert "to-err" in said
    assert "to-out" not in said
    assert "to-" not in stack.up(program(local.Logging.NONE)).text
    said = stack.up(program(None)).text
    assert "to-out" in said
    assert "to-err" in said


@pytest.mark.parametrize("logging", [local.Logging.STDERR, local.Logging.NONE])
def test_an_error_shows_the_exit_code_the_command_and_the_end_of_what_may_be_seen(stack, logging):
    # One stream: two are read side by side, in no order.
    create = "echo an answer; seq 500 >&2; echo why >&2; exit 7"

    def program(_):
        local.Command("one", create=create, logging=logging)

    failed = stack.up(program, fails=True)
    assert f'exit status 7: running "{create}"' in failed.text
    assert "\n500\nwhy" in failed.text
    assert "\nan answer\n" not in failed.text or logging == local.Logging.STDERR
    # Nothing was made: the next run tries again.
    assert stack.preview(program).changes == {"one": "create"}


def test_a_program_that_is_not_there_and_a_folder_that_is_not_there_are_named(stack):
    def program(_):
        local.Command("one", create="true", interpreter=["/no/such/shell", "-c"])
        local.Command("two", create="true", dir="/no/such/folder")

    failed = stack.up(program, fails=True, continue_on_error=True)
    assert "/no/such/shell" in failed.text
    assert "/no/such/folder" in failed.text
    assert "Traceback" not in failed.text


@pytest.mark.parametrize("where", ["stdin", "environment"])
def test_no_secret_is_in_the_state_or_on_the_console(stack, where):
    def program(_):
        secret = Output.secret(f"{CANARY}-in")
        done = local.Command(
            "one",
            create="cat; echo $SECRET",
            stdin=secret if where == "stdin" else None,
            environment={"SECRET": secret} if where == "environment" else None,
            logging=local.Logging.NONE,
            opts=ResourceOptions(additional_secret_outputs=["stdout", "stderr"]),
        )
        export("stdout", done.stdout)

    done = stack.up(program)
    assert stack.outputs()["stdout"] == f"{CANARY}-in"
    assert CANARY not in json.dumps(stack.exported())
    assert CANARY not in done.console


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        (lambda _: remote.Command("far", create="true", connection={"host": "192.0.2.1"}), "remote:Command"),
        (lambda _: local.Command("archive", create="true", archive_paths=["*"]), "archivePaths"),
    ],
    ids=["another machine's command", "an archive"],
)
def test_what_the_embedded_plugin_has_not_is_refused_by_name(stack, resource, named):
    assert named in stack.preview(resource, fails=True).text


# As Ctrl-C does (a terminal tells all processes in the foreground, but not the plugins), and a killed engine.
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_stopped_run_tells_the_command_and_all_that_it_started(stack, tmp_path, how):
    log, began = tmp_path / "log", tmp_path / "began"
    create = f"""
        sh -c "trap 'echo child >> {log}; exit' TERM; sleep 61.7 & touch {began}; wait" &
        trap 'echo command >> {log}; exit' TERM
        wait
    """

    def program(_):
        local.Command("one", create=create, interpreter=["/bin/sh", "-c"])

    with stack.in_background(program) as engine:
        wait_until(began.exists)
        engine.send_signal(how)
        engine.wait(LONGEST)
    wait_until(lambda: log.exists() and len(log.read_text().split()) == 2)
    assert sorted(log.read_text().split()) == ["child", "command"]
    assert subprocess.run(["pgrep", "-f", "sleep 61.7"]).returncode == 1
    # What was stopped is not taken for done.
    assert "one" not in stack.state()

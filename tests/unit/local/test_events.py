"""What the engine tells, in the words of somebody who wants to know what changed."""

import io
from typing import Any

from pulumi.automation import EngineEvent
from pulumi.automation._cmd import CommandResult
from pulumi.automation.errors import CommandError

from local.events import Condenser, engine_words
from local.progress import Progress
from local.waits import Waits

COMMAND = "urn:pulumi:dev::metalml::metalml:bootstrap:Node$command:local:Command::control-1-prepare"
COMPONENT = "urn:pulumi:dev::metalml::metalml:bootstrap:Node::control-1"


def told(*events: dict[str, Any]) -> tuple[Condenser, list[str]]:
    out = io.StringIO()
    condenser = Condenser(Progress(out), Waits(lambda: None, print))
    for number, event in enumerate(events):
        condenser(EngineEvent.from_json({"sequence": number, "timestamp": 0, **event}))
    return condenser, out.getvalue().splitlines()


def metadata(urn: str, operation: str) -> dict[str, Any]:
    return {"metadata": {"op": operation, "urn": urn, "type": "t", "provider": "", "old": None, "new": None}}


def test_a_change_is_one_line_when_it_ends():
    _, lines = told(
        {"resourcePreEvent": metadata(COMMAND, "create")}, {"resOutputsEvent": metadata(COMMAND, "create")}
    )
    assert len(lines) == 1
    assert lines[0].startswith("  created Command control-1-prepare (")


def test_what_stays_as_it_is_makes_no_line():
    _, lines = told({"resOutputsEvent": metadata(COMMAND, "same")})
    assert lines == []


def test_components_make_no_line():
    _, lines = told({"resOutputsEvent": metadata(COMPONENT, "create")})
    assert lines == []


def test_the_counts_are_those_that_a_preview_shows():
    changes = {"create": 3, "same": 54, "delete-replaced": 1}
    condenser, _ = told({"summaryEvent": {"maybeCorrupt": False, "resourceChanges": changes}})
    assert condenser.summary == "3 created, 1 deleted the old, 54 unchanged"


def test_without_a_change_there_is_nothing_to_do():
    condenser, _ = told()
    assert condenser.summary == "nothing to do"


def test_an_error_is_kept_whole_and_without_colour_marks():
    message = "<{%reset%}>exit status 1:\nerror: control-1: port 6443 is in use<{%reset%}>\n"
    diagnostic = {
        "urn": COMMAND,
        "prefix": "error: ",
        "message": message,
        "color": "raw",
        "severity": "error",
    }
    condenser, lines = told(
        {"resOpFailedEvent": metadata(COMMAND, "create")}, {"diagnosticEvent": diagnostic}
    )
    assert lines == ["  FAILED Command control-1-prepare"]
    expected = "Command control-1-prepare: exit status 1:\nerror: control-1: port 6443 is in use"
    assert condenser.told(Exception("code 255")) == expected


def test_an_engine_that_ends_without_a_word_is_told_in_its_own():
    condenser, _ = told()
    assert condenser.told(Exception("no such stack")) == "no such stack"


def test_what_only_follows_from_an_error_is_not_told_as_one():
    def diagnostic(urn: str, message: str) -> dict[str, Any]:
        return {
            "diagnosticEvent": {
                "urn": urn,
                "prefix": "",
                "message": message,
                "color": "raw",
                "severity": "error",
            }
        }

    trace = "Traceback:\n  x\nsdk.ResourceRegistrationFailed: resource a [b] failed to register\n"
    condenser, _ = told(
        diagnostic(COMMAND, "exit status 1"), diagnostic("", trace), diagnostic("", "update failed")
    )
    assert condenser.told(Exception()) == "Command control-1-prepare: exit status 1"


def test_of_an_engine_that_refuses_to_begin_its_own_words_are_told():
    said = "warning: old\nerror: get stack secrets manager: incorrect passphrase\n"
    refused = CommandError(CommandResult(stdout="", stderr=said, code=255))
    assert engine_words(refused) == "get stack secrets manager: incorrect passphrase"

"""Secrets as the engine hands them over when they were set as the documents say."""

import json

import pulumi
from pulumi.automation import ConfigValue

from settings import SettingsError, load
from tests.unit.settings.given import project, read

VALUE = "https://hooks.slack.example.com/services/canary"


def set_all(stack, **values):
    for name, value in values.items():
        stack.stack.set_config(f"metalml:secrets.{name}", value, path=True)


def asked(stack, tmp_path):
    """The settings' secrets, or what is said against them."""
    found = {}

    def build(_options):
        config = pulumi.Config("metalml")
        try:
            found.update(load(config, "dev", project(tmp_path / "project")).secrets)
        except SettingsError as error:
            found.update({mistake.path: str(mistake) for mistake in error.mistakes})

    return stack.preview(build), found


def settings_of_dev(stack):
    for key, value in read("Pulumi.dev.yaml").items():
        stack.stack.set_config(f"metalml:{key}", ConfigValue(value=json.dumps(value)))


def test_one_that_was_set_by_its_path_is_encrypted_and_arrives(stack, tmp_path):
    settings_of_dev(stack)
    set_all(stack, chat=ConfigValue(value=VALUE, secret=True))
    run, found = asked(stack, tmp_path)
    assert found["chat"].get_secret_value() == VALUE
    assert "canary" not in run.console


def test_one_in_plain_text_is_refused(stack, tmp_path):
    settings_of_dev(stack)
    set_all(stack, chat=ConfigValue(value=VALUE))
    _, found = asked(stack, tmp_path)
    assert "a secret in plain text" in found["secrets"]

"""What is to be encrypted."""

from tests.unit.settings.bad.mistake import Bad

SECRETS = {
    "secrets in plain text": Bad(
        change={"secrets": {"chat": "https://chat.example.com/a"}},
        at="secrets",
        says=("a secret in plain text", "pulumi config set --secret --path metalml:secrets.<name>"),
    ),
    "secret without a value": Bad(
        change={"secrets": {"chat": ""}},
        at="secrets.chat",
        says=("[secret]", "text that is not empty"),
        also_at=("secrets",),
    ),
    "secret under a name that cannot be a file's": Bad(
        change={"secrets": {"Chat Room": "a"}},
        at="secrets.Chat Room",
        says=("[secret]", "a DNS label"),
        also_at=("secrets",),
    ),
    "secret that is no text": Bad(
        change={"secrets": {"chat": 12345}},
        at="secrets.chat",
        says=("[secret]", "text"),
        also_at=("secrets",),
    ),
}

"""The documentation: what its pages link to, name and list is there."""

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"

# How a path of this repository begins.
OURS = ("components/", "settings/", "stacks/", "local/", "tests/", "docs/", ".github/", "Pulumi.")
# Settings of the environment in the examples: whoever follows a page writes them.
WRITTEN_BY_THE_READER = re.compile(r"Pulumi\.prod(-\w+)?\.yaml")
# How the text of a pull request, which is a page of the site, links to a file.
FROM_A_PULL_REQUEST = "../blob/main/"
# Says what was, so it may name what is no more.
HISTORY = REPOSITORY / "CHANGELOG.md"

FENCE = re.compile(r"^ *(`{3,})[^\n]*\n(.*?)^ *\1`* *$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)(?: +\"[^\"]*\")?\)|^\[[^\]]+\]: +(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)
MAKE = re.compile(r"(?:^|[$&;] )make ([a-z][a-z-]*)", re.MULTILINE)


@cache
def known_to_git(*patterns: str) -> frozenset[Path]:
    """The files that git knows or would take in."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    files = (REPOSITORY / name for name in listed.split("\0") if name)
    # What is deleted and not committed is listed, too.
    return frozenset(file for file in files if file.exists())


@cache
def files_and_folders() -> frozenset[Path]:
    """What a link may lead to; folders have no entry of their own."""
    return known_to_git() | {folder for file in known_to_git() for folder in file.parents}


PAGES = sorted(known_to_git("*.md"))


def name_of(path: Path) -> str:
    return os.path.relpath(path, REPOSITORY)


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Where the relative links of a page lead, and to which anchor there; brackets in code are no links."""
    for inline, defined in LINK.findall(SPAN.sub("", FENCE.sub("", page.read_text()))):
        link = inline or defined
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, anchor = link.partition("#")
        if path.startswith(FROM_A_PULL_REQUEST):
            yield REPOSITORY / path.removeprefix(FROM_A_PULL_REQUEST), anchor
        else:
            yield (page.parent / path).resolve() if path else page, anchor


def code(page: Path) -> list[str]:
    """The texts of a page that stand in backticks, in a line or in a block."""
    text = page.read_text()
    return [
        *(block for _, block in FENCE.findall(text)),
        *(span for _, span in SPAN.findall(FENCE.sub("", text))),
    ]


def slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")


def anchors(page: Path) -> Iterator[str]:
    """The anchors of a page; of two headings that are alike the second has a number."""
    before: Counter[str] = Counter()
    for heading in HEADING.findall(FENCE.sub("", page.read_text())):
        found = slug(heading)
        yield f"{found}-{before[found]}" if before[found] else found
        before[found] += 1


def is_there(pattern: str) -> bool:
    """Whether a path is there, in which `*` and `<name>` stand for anything."""
    return any(REPOSITORY.glob(re.sub(r"<[^>]*>", "*", pattern).rstrip("/")))


def paths(page: Path) -> Iterator[str]:
    """Paths of this repository that a page names in code. A test's name after its file's is left out."""
    for word in " ".join(code(page)).split():
        path = word.lstrip("\"'(").rstrip("\"'),;:.").partition("::")[0].partition("#")[0]
        if path.startswith(OURS) and not WRITTEN_BY_THE_READER.fullmatch(path):
            yield path


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_reader_who_follows_a_link_arrives(page: Path) -> None:
    there = files_and_folders()
    lost = [
        f"{name_of(target)}#{anchor}"
        for target, anchor in links(page)
        if target not in there or (anchor and anchor not in anchors(target))
    ]
    assert not lost


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("What is not real in `dev` and `full`", "what-is-not-real-in-dev-and-full"),
        ("A bucket: `s3`", "a-bucket-s3"),
        ("What is lost, and when", "what-is-lost-and-when"),
        ("Apply a ruleset [twice](firewall.md)", "apply-a-ruleset-twice"),
        ("metalml_pods - the table", "metalml_pods---the-table"),
    ],
)
def test_an_anchor_is_spelled_as_github_spells_it(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


@pytest.mark.parametrize("page", [page for page in PAGES if page != HISTORY], ids=name_of)
def test_a_reader_finds_every_file_that_a_page_names(page: Path) -> None:
    assert not [path for path in paths(page) if not is_there(path)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_reader_can_run_every_make_command_that_a_page_shows(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert not {target for text in code(page) for target in MAKE.findall(text)} - targets


def test_the_index_leads_a_reader_to_every_page_and_folder_once() -> None:
    index = DOCS / "README.md"
    # A folder is one entry, whatever is in it.
    entries = {DOCS / page.relative_to(DOCS).parts[0] for page in PAGES if page.is_relative_to(DOCS)}
    listed = Counter(target for target, _ in links(index))
    wrong = {name_of(entry): listed[entry] for entry in entries - {index} if listed[entry] != 1}
    assert not wrong


def test_the_design_leads_a_contributor_to_every_decision() -> None:
    linked = {target for target, _ in links(DOCS / "design.md")}
    assert not [name_of(page) for page in PAGES if page.parent == DOCS / "adr" and page not in linked]

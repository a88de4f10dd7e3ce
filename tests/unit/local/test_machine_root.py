"""The machines' root comes from the distribution and the mirror that this computer uses."""

import pytest

from local.errors import Problem
from local.machine.root import Distribution, find_mirror, read_distribution

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n'
TARGETS = (
    "Packages bookworm-security http://mirror.test/debian-security/\n"
    "DEP-11 bookworm http://mirror.test/wrong/\n"
    "Packages bookworm http://mirror.test/debian/\n"
)


def test_the_hosts_own_suite_is_taken():
    assert read_distribution(DEBIAN) == Distribution(name="debian", suite="bookworm")


def test_another_distribution_is_refused_by_its_name():
    with pytest.raises(Problem, match="this is Fedora 43"):
        read_distribution('ID=fedora\nPRETTY_NAME="Fedora 43"\n')


def test_the_mirror_is_the_one_of_the_suite_and_not_of_its_updates():
    assert find_mirror(TARGETS, Distribution(name="debian", suite="bookworm")) == "http://mirror.test/debian"


def test_a_computer_without_a_source_for_its_suite_is_told_where_to_look():
    with pytest.raises(Problem, match="apt has no source for the suite trixie"):
        find_mirror(TARGETS, Distribution(name="debian", suite="trixie"))

"""What kube-proxy's image needs besides it: nft and iptables with libraries, from the machines' root."""

import re
from pathlib import Path

from local.errors import Problem
from local.process import output

# kube-proxy runs nft in nftables mode and these iptables programs in iptables mode and for its clean-up.
PROGRAMS = ("nft", "xtables-nft-multi")
APPLETS = (
    "iptables",
    "iptables-save",
    "iptables-restore",
    "ip6tables",
    "ip6tables-save",
    "ip6tables-restore",
)
# By it nft names what it lists: tcp and not 6. When it starts, and once an hour, kube-proxy compares such
# lists with what it wants: without the names it takes every Service for one that has gone.
PROTOCOLS = "/etc/protocols"
# A Debian root has these as links into /usr, and programs name their loader by them.
MERGED = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}


def packet_tools(root: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """The files (path in the image -> file) and links (path -> target) to add."""
    paths = {f"/usr/sbin/{program}" for program in PROGRAMS}
    paths |= {f"/{path.relative_to(root)}" for path in root.glob("usr/lib/*-linux-gnu/xtables/*.so")}
    for program in PROGRAMS:
        paths |= _libraries(root, f"/usr/sbin/{program}")
    files = {f"/{_inside(root, path).relative_to(root)}": _inside(root, path) for path in paths}
    files[PROTOCOLS] = root / PROTOCOLS.lstrip("/")
    links = {f"/usr/sbin/{applet}": "xtables-nft-multi" for applet in APPLETS}
    for path in paths:
        # A library is asked for by its short name and is a file of a longer one.
        real, asked = f"/{_inside(root, path).relative_to(root)}", _merged(path)
        if real != asked:
            links[asked] = real
    return files, links | {f"/{name}": target for name, target in MERGED.items()}


def _libraries(root: Path, program: str) -> set[str]:
    told = output(["chroot", root, "ldd", program])
    found = set(re.findall(r"(/\S+) \(0x", told))
    if not found:
        raise Problem(f"cannot tell the libraries of {program} in {root}")
    return found


def _merged(path: str) -> str:
    first, _, rest = path.lstrip("/").partition("/")
    return f"/{MERGED.get(first, first)}/{rest}"


def _inside(root: Path, path: str) -> Path:
    """The file that `path` means inside the root; links there are relative or within /usr."""
    found = root / _merged(path).lstrip("/")
    while found.is_symlink():
        link = found.readlink()
        found = root / _merged(str(link)).lstrip("/") if link.is_absolute() else found.parent / link
    return found.parent.resolve() / found.name

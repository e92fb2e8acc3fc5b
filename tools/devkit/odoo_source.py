"""Odoo 19.0 Community: no Python index has it, so it comes from Debian, from git, or from the user."""

from __future__ import annotations

import glob
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

from .console import DEV, Stop, digest, logged, need_space, os_release, remove, say, stamp, stamped, step

# Sid keeps one version only: another one there is worth a warning, not a stop.
ODOO_DEBIAN_VERSION = "19.0.0+dfsg-1"
# The address is Odoo's own repository, used only where no Debian archive carries the package.
ODOO_GIT, ODOO_BRANCH = "https://github.com/odoo/odoo", "19.0"

# Debian takes these out of Odoo and links to its own packages of them. Sid's fonts-font-awesome and fonts-inconsolata
# have other file names by now, so those two come from the last release that has the old ones.
ODOO_PARTS = [
    *("odoo-19/sid", "libjs-jquery/sid", "libjs-jquery-form/sid", "libjs-underscore/sid", "fonts-montserrat/sid"),
    *("fonts-roboto-unhinted/sid", "fonts-ocr-b/sid", "fonts-glyphicons-halflings/sid"),
    *("fonts-font-awesome/bookworm", "fonts-inconsolata/bookworm"),
]


def odoo_in(folder: Path) -> Path | None:
    """The folder to put on PYTHONPATH for an Odoo tree: a git checkout, or a prefix a package was unpacked into."""
    candidates = [folder, *folder.glob("usr/lib/python3*/*-packages"), *folder.glob("lib/python3*/*-packages")]
    return next((path for path in candidates if (path / "odoo" / "release.py").is_file()), None)


def odoo_root() -> Path:
    """The Odoo 19 in use: the tree ODOO_SRC names, or the one in .dev/odoo."""
    named = os.environ.get("ODOO_SRC")
    found = odoo_in(Path(named).expanduser().resolve() if named else DEV / "odoo")
    if not found:
        where = f"ODOO_SRC={named} holds" if named else ".dev/odoo holds"
        raise Stop(f"{where} no Odoo.", "name a checkout of Odoo 19.0, or unset ODOO_SRC" if named else "./dev setup")
    release = (found / "odoo" / "release.py").read_text()
    if not re.search(r"version_info = \(19, 0,", release):
        raise Stop(f"The Odoo in {found} is not 19.0.", "git clone --depth 1 --branch 19.0 ..., or unset ODOO_SRC")
    return found


def odoo_identity() -> str:
    """What a database made by this Odoo depends on."""
    root = odoo_root()
    release = root / "odoo" / "release.py"
    return f"{root} {release.read_text()} {release.stat().st_mtime_ns}"


def archive_addresses() -> list[str]:
    """Where this machine gets Debian from, by its own apt configuration; empty on anything but Debian."""
    if not shutil.which("apt-get") or os_release().get("ID") != "debian":
        return []
    fields = "$(RELEASE)|$(COMPONENT)|$(REPO_URI)"
    listed = subprocess.run(["apt-get", "indextargets", "--format", fields], capture_output=True, text=True).stdout
    suites = {os_release().get("VERSION_CODENAME", "sid"), "stable", "oldstable", "testing", "unstable", "sid"}
    rows = [line.split("|") for line in listed.splitlines() if line.count("|") == 2]
    return list(dict.fromkeys(uri for release, component, uri in rows if release in suites and component == "main"))


def private_apt(address: str) -> dict[str, str]:
    """An environment in which apt knows sid and bookworm, without touching the system's own sources. Needs no root."""
    home = DEV / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    keys = next(iter(glob.glob("/usr/share/keyrings/debian-archive-keyring.*")), None)
    options = " ".join(filter(None, ["target=Packages", "lang=none", keys and f"signed-by={keys}"]))
    (home / "sources.list").write_text(
        "".join(f"deb [{options}] {address} {suite} main\n" for suite in ("sid", "bookworm"))
    )
    (home / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{home}/sources.list";\nDir::Etc::sourceparts "-";\n'
        f'Dir::State::Lists "{home}/lists";\nDir::Cache "{home}/cache";\n'
        # an unprivileged helper user of apt could not reach a checkout under /root
        f'APT::Sandbox::User "{pwd.getpwuid(os.geteuid()).pw_name}";\n'
    )
    return {**os.environ, "APT_CONFIG": str(home / "apt.conf"), "LC_ALL": "C"}


def unpack_odoo(address: str, into: Path) -> None:
    """Download the Debian package and the parts it links to, and unpack them into one folder."""
    env = private_apt(address)
    logged(["apt-get", "update"], "odoo-apt-update", "Debian's package lists could not be read.", env=env)
    policy = subprocess.run(["apt-cache", "policy", "odoo-19"], capture_output=True, text=True, env=env).stdout
    offered = re.search(r"Candidate: (\S+)", policy)
    if offered and offered[1] not in (ODOO_DEBIAN_VERSION, "(none)"):
        say(f"  note: Debian offers odoo-19 {offered[1]} now; this was tried with {ODOO_DEBIAN_VERSION}")
    parts = DEV / "downloads"
    parts.mkdir(exist_ok=True)
    logged(
        ["apt-get", "download", *ODOO_PARTS],
        "odoo-download",
        "Odoo's packages could not be downloaded.",
        env=env,
        cwd=parts,
    )
    for package in sorted(parts.glob("*.deb")):
        logged(["dpkg", "-x", str(package), str(into)], "odoo-unpack", f"{package.name} could not be unpacked.")
    # Debian leaves this script out for its licence; without it every page of the web client logs an error
    selfie = (
        into / "usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    )
    selfie.parent.mkdir(parents=True, exist_ok=True)
    selfie.touch()
    broken = [path for path in into.rglob("*") if path.is_symlink() and not path.exists()]
    if broken:
        raise Stop(
            f"{len(broken)} links in Debian's odoo-19 lead nowhere (first: {broken[0].relative_to(into)}).",
            "name another tree with ODOO_SRC=/path ./dev setup",
        )
    remove(parts)
    remove(DEV / "apt")


def clone_odoo(into: Path) -> None:
    """A shallow clone of Odoo's own repository, for machines without Debian's package."""
    remove(into)
    command = ["git", "clone", "--quiet", "--depth", "1", "--branch", ODOO_BRANCH, ODOO_GIT, str(into)]
    logged(
        command,
        "odoo-clone",
        "Odoo could not be cloned.",
        "check the network (and the package ca-certificates), or name a tree: ODOO_SRC=/path ./dev setup",
    )


def fetch_odoo() -> None:
    """Odoo 19.0 Community into .dev/odoo, unless ODOO_SRC names a tree."""
    if os.environ.get("ODOO_SRC"):
        odoo_root()
        return
    key = digest(ODOO_DEBIAN_VERSION, *ODOO_PARTS)
    if stamped("odoo", key) and odoo_in(DEV / "odoo"):
        return
    with step("Odoo 19.0 Community"):
        need_space(4)
        part = DEV / "odoo.part"
        for address in archive_addresses():
            remove(part)
            part.mkdir()
            try:
                unpack_odoo(address, part)
                break
            except Stop as stop:
                say(f"  {stop.what}")
        else:
            say(f"  no Debian archive with odoo-19 in reach: cloning {ODOO_GIT}, branch {ODOO_BRANCH}")
            clone_odoo(part)
        remove(DEV / "odoo")
        part.rename(DEV / "odoo")
        stamp("odoo", key)

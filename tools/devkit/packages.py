"""What is installed: system packages (only missing ones), the Python packages, and both builds of wkhtmltopdf."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .console import (
    BIN,
    BIN_UNPATCHED,
    DEV,
    ROOT,
    VENV,
    Stop,
    clean_env,
    digest,
    logged,
    os_release,
    remove,
    say,
    stamp,
    stamped,
    step,
)
from .postgres import pg_bin

# Installed before the others, so that the few source packages build with a pinned tool too.
BUILD_TOOLS = ["setuptools==80.10.2", "wheel==0.48.0"]

# Debian's postgresql starts a cluster of its own on port 5432 when it is installed; nobody asked for that one.
APT_SCRIPT = """
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
conf=/etc/postgresql-common/createcluster.d/cremann-dunning-dev.conf
trap 'rm -f "$conf"' EXIT
case " $1 " in *" postgresql "*) mkdir -p "${conf%/*}" && echo "create_main_cluster = false" > "$conf";; esac
apt-get update
extra=
for name in $2; do
    if apt-cache policy "$name" | grep -q "Candidate: [0-9]"; then extra="$extra $name"; else echo "no $name here"; fi
done
apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $1 $extra
"""


def library(name: str) -> bool:
    """Whether a shared library is installed, for any architecture's folder."""
    return any(glob.glob(f"{folder}/{name}*") for folder in ("/lib/*", "/usr/lib/*", "/usr/lib64", "/usr/local/lib"))


def font(pattern: str) -> bool:
    """Whether a font is installed for the whole system."""
    return bool(glob.glob(f"/usr/share/fonts/**/{pattern}", recursive=True))


def chromium() -> str | None:
    """The browser that Odoo's own tests would find."""
    names = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
    return next((found for found in map(shutil.which, names) if found), None)


def has_venv() -> bool:
    """Debian ships Python without the module that puts pip into a new environment."""
    return subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0


def needs_renderpm() -> bool:
    """The module that draws QR codes has no wheel from Python 3.13 on, and Debian builds it for its own Python only."""
    return sys.version_info >= (3, 13) and sys.base_prefix == "/usr"


def debian_renderpm() -> list[str]:
    """Debian's build of that module, for this version of Python."""
    tag = f"cpython-3{sys.version_info.minor}-"
    return glob.glob(f"/usr/lib/python3/dist-packages/_rl_renderPM.{tag}*.so")


def missing_packages() -> tuple[list[str], list[str]]:
    """Debian packages to install: those nothing works without, and those only some tests need."""
    wanted = {
        f"python3.{sys.version_info.minor}-venv": has_venv(),
        "postgresql": pg_bin() is not None,
        "ca-certificates": os.path.exists("/etc/ssl/certs/ca-certificates.crt"),
        # the patched wkhtmltopdf is linked to these
        "libxrender1": library("libXrender.so.1"),
        "libxext6": library("libXext.so.6"),
        "libx11-6": library("libX11.so.6"),
        "libfontconfig1": library("libfontconfig.so.1"),
        "libfreetype6": library("libfreetype.so.6"),
        # letters in Arial's measures, and a font for what it lacks
        "fonts-liberation": font("LiberationSans-Regular.*"),
        "fonts-dejavu-core": font("DejaVuSans.ttf"),
        "python3-rl-renderpm": not needs_renderpm() or bool(debian_renderpm()),
        "poppler-utils": bool(shutil.which("pdftotext") and shutil.which("pdftoppm")),
    }
    optional = {
        "wkhtmltopdf": unpatched_wkhtmltopdf() is not None,
        # Ubuntu's package of that name only calls the snap, which a container has not
        "chromium": chromium() is not None or os_release().get("ID") == "ubuntu",
    }
    return [name for name in wanted if not wanted[name]], [name for name in optional if not optional[name]]


def root_prefix(packages: str) -> list[str]:
    """What to put before a command to run it as root; stops where this user cannot become root."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise Stop(
            f"System packages are missing ({packages}), and this user is not root and has no sudo.",
            f"as root: apt-get install {packages}",
        )
    if subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    # the password is asked for here, before the output goes to the log
    if not sys.stdin.isatty() or subprocess.run(["sudo", "-v"]).returncode:
        raise Stop(
            f"System packages are missing ({packages}), and sudo wants a password.",
            f"sudo apt-get install {packages}",
        )
    return ["sudo"]


def packages_key(optional: list[str]) -> str:
    """The stamp that says: on this system these optional packages are not to be had."""
    return digest(*sorted(optional), os_release().get("VERSION_ID", ""))


def install_packages() -> None:
    """Install what is missing. What only some tests need is asked for once: not every suite has it."""
    needed, optional = missing_packages()
    if not needed and (not optional or stamped("packages", packages_key(optional))):
        return
    names = " ".join(needed + optional)
    if not shutil.which("apt-get"):
        raise Stop(f"Missing, by Debian's names: {names}.", "install them with this system's own tool")
    with step(f"system packages: {names}"):
        command = [*root_prefix(names), "sh", "-c", APT_SCRIPT, "apt", " ".join(needed), " ".join(optional)]
        mend = f"look at the network and /etc/apt, then: sudo apt-get install {names}"
        logged(command, "apt", "The system packages could not be installed.", mend)
    needed, optional = missing_packages()
    if needed:
        raise Stop(f"Still missing after apt: {' '.join(needed)}.", f"sudo apt-get install {' '.join(needed)}")
    stamp("packages", packages_key(optional))


def pip(*arguments: str, name: str = "pip") -> None:
    """pip inside the environment; addresses and certificates come from the machine's own pip configuration."""
    env = clean_env()
    env.setdefault("PIP_CACHE_DIR", str(DEV / "cache" / "pip"))
    # --no-compile saves a third of the time: Python compiles what is used, into .dev/pycache
    options = ["--disable-pip-version-check", "--no-input", "--no-compile", "--quiet"]
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", *options, *arguments]
    mend = "look at the network and at `pip config list`, then: ./dev setup"
    logged(command, name, "The Python packages could not be installed.", mend, env=env)


def build_venv() -> None:
    """The pinned Python packages. An interrupted installation goes on where it was; another Python starts anew."""
    files = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
    interpreter = f"{sys.version} {sys.base_prefix}"
    key = digest(interpreter, *BUILD_TOOLS, *(path.read_bytes() for path in files))
    if stamped("python", key):
        return
    if sys.version_info >= (3, 14):
        say(f"  note: the pinned packages were tried with Python 3.10 to 3.13, not with {sys.version.split()[0]}")
    with step("Python packages of requirements-dev.txt"):
        if not stamped("venv", digest(interpreter)):
            remove(VENV)
            logged(
                [sys.executable, "-m", "venv", str(VENV)],
                "venv",
                "The virtual environment could not be made.",
                "rm -rf .dev/venv; ./dev setup",
            )
            stamp("venv", digest(interpreter))
        pip(*BUILD_TOOLS, name="pip-build-tools")
        pip("--no-build-isolation", "-r", str(files[1]))
        for module in debian_renderpm() if needs_renderpm() else ():
            link(module, next(VENV.glob("lib/python3*/site-packages")) / Path(module).name)
        stamp("python", key)


def wkhtmltopdf_version(path: str | Path) -> str:
    """What the binary calls itself; empty when it does not run (another architecture, a missing library)."""
    with contextlib.suppress(OSError):
        return subprocess.run([str(path), "--version"], capture_output=True, text=True).stdout.strip()
    return ""


def unpatched_wkhtmltopdf() -> str | None:
    """A build on unpatched Qt, as Debian's is: no running header, one document a call."""
    folders = ["/usr/bin", "/usr/local/bin", *os.environ.get("PATH", "").split(":")]
    for path in (os.path.join(folder, "wkhtmltopdf") for folder in folders):
        if os.access(path, os.X_OK) and "patched qt" not in (wkhtmltopdf_version(path) or "patched qt"):
            return path
    return None


def link(target: str | Path, name: Path) -> None:
    """Make NAME lead to TARGET, whatever it was before."""
    name.parent.mkdir(parents=True, exist_ok=True)
    if not (name.is_symlink() and os.readlink(name) == str(target)):
        remove(name)
        name.symlink_to(target)


def choose_wkhtmltopdf() -> None:
    """Put the patched build first on the PATH as .dev/bin/wkhtmltopdf, the other one at .dev/bin-unpatched/."""
    patched = VENV / "bin" / "wkhtmltopdf-pack"
    other = unpatched_wkhtmltopdf()
    if wkhtmltopdf_version(patched):
        link(patched, BIN / "wkhtmltopdf")
    elif other:
        remove(BIN / "wkhtmltopdf")
        say(f"  note: the patched wkhtmltopdf does not run on this machine; letters are printed by {other}")
    else:
        raise Stop("No wkhtmltopdf runs on this machine.", "sudo apt-get install wkhtmltopdf")
    if other:
        link(other, BIN_UNPATCHED / "wkhtmltopdf")
    else:
        remove(BIN_UNPATCHED / "wkhtmltopdf")

"""Lets tests/law, tests/engine and tests/tools run without Odoo.

`cremann_dunning.law` and `.engine` are plain Python, but the package above them imports the models, and those import
Odoo. When pytest-odoo is not loaded (`./dev test tests/law` does that), an empty package with the same folder takes its
place, so that the tests say `from odoo.addons.cremann_dunning.law import costs` either way and start at once.
"""

import importlib.machinery
import importlib.util
import logging
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import freezegun
import pytest

from . import outside

# pytest reads its clock while a class holds it still, and again when it runs: a set-up of fifty years.
freezegun.configure(extend_ignore_list=["_pytest.timing"])

PURE = ("law", "engine", "tools", "__init__.py", "conftest.py")  # what needs no Odoo
ADDON = Path(__file__).resolve().parent.parent / "cremann_dunning"


def _stand_in(name: str, folders: list[str]) -> ModuleType:
    """An empty package whose submodules are found in FOLDERS."""
    spec = importlib.machinery.ModuleSpec(name, loader=None, is_package=True)
    spec.submodule_search_locations = folders
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
    return module


@contextmanager
def _own_filestore(original: str, copy: str):
    """A filestore of its own for the database copy of each worker.

    pytest-odoo shares one between all workers, and Odoo clears away after every class what its own database does not
    know: files that another worker has just written. Hard links, since an attachment never changes.
    """
    if original == copy:
        yield
        return
    from odoo.tools import config

    stores = Path(config["data_dir"]) / "filestore"
    shutil.copytree(stores / original, stores / copy, copy_function=os.link, dirs_exist_ok=True)
    try:
        yield
    finally:
        shutil.rmtree(stores / copy, ignore_errors=True)


def _quiet_mail_servers():
    """A mail server of a test talks through a thread of its own, in the middle of the dots. What it says is in pytest's
    own record of the log, which is shown when the test fails; Odoo's handler need not print it as well."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(lambda record: record.name != "mail.log")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """A test that asked an address outside fails, whatever became of the question."""
    result = yield
    if outside.asked:
        hosts = sorted({*outside.asked})
        outside.asked.clear()
        pytest.fail(f"asked outside: {', '.join(hosts)}")
    return result


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """The longest classes first, where whole classes are given out."""
    if config.getvalue("dist") != "loadscope":
        return None
    from .scheduling import LongestFirst, Stopwatch

    watch = Stopwatch(config)
    config.pluginmanager.register(watch)
    return LongestFirst(config, log, watch.known())


def pytest_configure(config):
    """Without Odoo, stand in for the packages above law/ and engine/; with it, keep its workers apart."""
    if config.pluginmanager.hasplugin("odoo"):
        config.pluginmanager.getplugin("odoo")._shared_filestore = _own_filestore
        _quiet_mail_servers()
        outside.watch()
        return
    for name, folders in (("odoo", []), ("odoo.addons", []), (f"odoo.addons.{ADDON.name}", [str(ADDON)])):
        if name not in sys.modules:
            _stand_in(name, folders)


def pytest_ignore_collect(collection_path, config):
    """Without Odoo, only the pure tests can be imported."""
    if config.pluginmanager.hasplugin("odoo"):
        return None
    tests = Path(__file__).resolve().parent
    parts = collection_path.relative_to(tests).parts if tests in collection_path.parents else ()
    return True if parts and parts[0] not in PURE else None

"""The wheel of the addon has every file, those of the rooms below models/ included."""

import subprocess
import sys
import zipfile

from tools import house

BUILD = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")


def test_every_file_is_in_the_wheel(tmp_path):
    name = house.ADDON.name
    subprocess.run([sys.executable, *BUILD, "-w", tmp_path, house.ADDON], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {path.removeprefix("odoo/addons/") for path in zipfile.ZipFile(wheel).namelist()}
    listed = subprocess.run(["git", "ls-files", name], cwd=house.ROOT, capture_output=True, text=True, check=True)
    files = {path for path in listed.stdout.splitlines() if (house.ROOT / path).is_file()}
    assert f"{name}/models/debtor/__init__.py" in files
    assert files - packed == {f"{name}/pyproject.toml"}

"""Little houses to try the tools on: an addon's folder with the files that a test names."""

from pathlib import Path


def build(folder: Path, files: dict[str, str]) -> Path:
    """An addon in FOLDER. A file without text is empty; every folder on the way is a package."""
    addon = folder / "cremann_dunning"
    for name, text in files.items():
        path = addon / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        for package in (path.parent, *path.parent.parents):
            if addon in (package, *package.parents):
                (package / "__init__.py").touch()
    return addon

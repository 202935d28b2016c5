"""What `import seawall` offers."""

from __future__ import annotations

import importlib
import pkgutil
import types

import seawall


def test_no_module_hides_a_public_name() -> None:
    """After every module of the package was imported, a public name is still what it was."""
    folders = (name for _, name, _ in pkgutil.iter_modules(seawall.__path__, "seawall."))
    for name in folders:
        if name != "seawall.__main__":
            importlib.import_module(name)
    public = [getattr(seawall, name) for name in seawall.__all__]

    assert [value for value in public if isinstance(value, types.ModuleType)] == []

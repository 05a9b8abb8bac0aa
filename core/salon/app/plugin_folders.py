"""What lies in the folders of plugins: files for pages, migrations."""

import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from salon.host import Discovered
from salon.plugin import Plugin
from salon.store.store import Store
from salon.web.app import PluginFiles


def files_of(plugins: Iterable[Discovered]) -> PluginFiles:
    """Return the files of those that could be imported."""
    files = PluginFiles()
    for found in plugins:
        if found.plugin is not None:
            files.know(found.name, _folder_of(found.plugin))
    return files


async def migrate_plugin(store: Store, name: str, plugin: type[Plugin[Any]]) -> None:
    """Bring the plugin's tables up to date, if it has any."""
    folder = migrations_of(plugin)
    if folder is not None:
        await store.migrate_plugin(name, folder)


def migrations_of(plugin: type[Plugin[Any]]) -> Path | None:
    """Return the folder of what makes the plugin's tables, if it has any."""
    folder = _folder_of(plugin) / "migrations"
    return folder if folder.is_dir() else None


def _folder_of(plugin: type[Plugin[Any]]) -> Path:
    return Path(inspect.getfile(plugin)).resolve().parent

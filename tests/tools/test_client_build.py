"""core/client/build.ts: what a page and a plugin find in the folders it writes."""

import json
import os
import runpy
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT

APP = "core/salon/web/static/app"
SOURCES = {
    "core/client/app/main.tsx": (
        'import { render } from "preact";\n'
        'import { answer } from "../plugins.ts";\n'
        'import "./main.css";\n'
        "render(<b>{answer}</b>, document.body);\n"
        'void import("./late.ts");\n'
    ),
    "core/client/app/main.css": "b { color: red }",
    "core/client/app/late.ts": "export const late = 1;",
    "core/client/app/theme.ts": 'document.documentElement.dataset["theme"] = "dark";',
    "core/client/worker/worker.ts": "addEventListener('push', () => {});",
    "core/client/pages/door.ts": "console.log(1);",
    "core/client/pages/listen.ts": "console.log(4);",
    "core/client/pages/pages.css": "b { color: blue }",
    "core/client/app/later.css": "b { color: green }",
    "core/client/app/home.tsx": "export default () => <b>home</b>;",
    "core/client/rooms/room_view.tsx": "export default () => <b>room</b>;",
    "core/client/plugins.ts": "export const answer = Number(location.hash);",
    "plugins/bots/client/main.ts": (
        'import { answer } from "@salon/client";\nexport default () => answer;\n'
    ),
    "plugins/bots/client/main_test.ts": "syntax error",
}


@dataclass(frozen=True)
class Tree:
    """A client of a few lines, and the build that bundles it."""

    root: Path

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def command(self, *words: str) -> list[str]:
        hook = runpy.run_path(str(ROOT / "hatch_build.py"))
        options = [*hook["OPTIONS"], hook["WRITES"]]
        return [hook["deno"](), "run", *options, "core/client/build.ts", *words]

    def build(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(),
            cwd=self.root,
            env=os.environ | {"NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )

    def manifest(self, folder: str = APP) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / folder / "manifest.json").read_text())
        return found

    def files(self) -> set[str]:
        return {path.name for path in (self.root / APP).iterdir()}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    made = Tree(tmp_path)
    for name in ("deno.json", "deno.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    made.write("core/client/build.ts", (ROOT / "core/client/build.ts").read_text())
    for name, text in SOURCES.items():
        made.write(name, text)
    return made


@pytest.fixture
def built(tree: Tree) -> Tree:
    done = tree.build()
    assert done.returncode == 0, done.stdout
    return tree


def test_the_manifest_names_every_entry_and_files_that_exist(built: Tree) -> None:
    manifest = built.manifest()
    shared = {"preact", "preact/hooks", "preact/jsx-runtime", "@preact/signals", "@salon/client"}
    own = {"app/main.tsx", "app/theme.ts", "worker/worker.ts", "pages/door.ts", "pages/listen.ts"}
    views = {"app/home.tsx", "rooms/room_view.tsx"}
    styles = {"pages/pages.css", "app/later.css"}
    assert set(manifest) == shared | own | views | styles
    for entry in manifest.values():
        assert {entry["file"], *entry["css"], *entry["imports"]} <= built.files()


def test_an_entry_brings_its_style_sheet_and_what_to_preload_but_not_what_comes_later(
    built: Tree,
) -> None:
    main = built.manifest()["app/main.tsx"]
    client = built.manifest()["@salon/client"]
    assert len(main["css"]) == 1
    assert main["imports"] == client["imports"]
    late = [name for name in built.files() if name.startswith("chunk-") and name.endswith(".js")]
    assert set(main["imports"]) < set(late)


def test_everybody_shares_one_preact(built: Tree) -> None:
    manifest = built.manifest()
    preact = set(manifest["preact"]["imports"])
    for name in ("preact/hooks", "preact/jsx-runtime", "@preact/signals"):
        assert preact <= set(manifest[name]["imports"])
    main = (built.root / APP / manifest["app/main.tsx"]["file"]).read_text()
    assert 'from"preact"' in main


def test_the_theme_is_a_classic_script(built: Tree) -> None:
    theme = (built.root / APP / built.manifest()["app/theme.ts"]["file"]).read_text()
    assert theme.startswith("(()=>{")


def test_a_plugins_modules_are_bundled_into_its_package_without_its_tests(built: Tree) -> None:
    folder = "plugins/bots/salon_bots/static/app"
    assert set(built.manifest(folder)) == {"main.ts"}
    main = (built.root / folder / built.manifest(folder)["main.ts"]["file"]).read_text()
    assert 'from"@salon/client"' in main


def test_a_changed_file_gets_another_name_and_the_old_one_goes(built: Tree) -> None:
    before = built.manifest()["pages/door.ts"]["file"]
    built.write("core/client/pages/door.ts", "console.log(2);")
    built.build()
    assert built.manifest()["pages/door.ts"]["file"] != before
    assert before not in built.files()


def test_a_mistake_is_told_with_its_place_and_the_old_bundle_stays(built: Tree) -> None:
    before = built.manifest(), built.files()
    built.write("core/client/app/main.tsx", "const = 3;")
    done = built.build()
    assert done.returncode == 1
    assert "core/client/app/main.tsx:1:6" in done.stdout
    assert (built.manifest(), built.files()) == before


@pytest.fixture
def watcher(tree: Tree) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        tree.command("--watch"),
        cwd=tree.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        os.killpg(process.pid, signal.SIGTERM)


def told(watcher: subprocess.Popen[str]) -> dict[str, Any]:
    assert watcher.stdout is not None
    line: dict[str, Any] = json.loads(watcher.stdout.readline())
    return line


def test_the_watcher_says_a_line_for_each_build_and_quotes_mistakes(
    tree: Tree, watcher: subprocess.Popen[str]
) -> None:
    first = [told(watcher) for _ in range(6)]
    assert {line["built"] for line in first} == {APP, "plugins/bots/salon_bots/static/app"}

    tree.write("core/client/pages/door.ts", "const = 3;")
    broken = told(watcher)
    assert (broken["built"], len(broken["errors"])) == (APP, 1)
    assert "door.ts:1:6" in broken["errors"][0]

    tree.write("core/client/pages/door.ts", "console.log(3);")
    assert told(watcher) == {"built": APP, "errors": []}

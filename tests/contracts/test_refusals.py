"""Every refusal that a member can meet is said in every language, with facts that are sent.

The reasons are read where they are raised, in the source: a new one without words fails here.
"""

import ast
import json
import re
import runpy
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from salon.domain.permissions import CORE_PERMISSIONS
from salon.host.status import Cause
from salon.web.words import WORDS as PAGES
from salon_recording.failure import Failure

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core" / "salon"
PLUGINS = ("bots", "events", "moderation", "recording", "sports_rooms")

# Met by who hosts the server, who tests, or who writes a plugin or a client of their own.
NOT_FOR_MEMBERS = (
    "cli/", "config/", "testing/", "host/status.py", "host/tasks.py", "relay/decoding.py",
    "relay/port.py", "relay/taps.py", "relay/tracks.py", "services/jobs.py", "store/",
    "web/doors.py", "web/tls.py",
    "bots/salon_bots/discord/", "sports_rooms/salon_sports_rooms/calendars.py",
    "sports_rooms/salon_sports_rooms/fixtures.py",
)  # fmt: skip
BUT_FOR_MEMBERS = ("store/accounts.py", "store/database.py", "store/writer.py")
ONLY_FOR_PLUGINS = re.compile(
    "is no IP|says no browser|has 1 to|a peer's id|a peer \\{|most \\{SINKS|as JSON|no entry|"
    "A write took|most \\{TRACKS|An action has|News leads|of this news"
)
# These hand on what somebody else has said, or are never said.
HANDS_ON = re.compile(r"\*\*_why|Denied\(message, plugin=plugin\)|SaidBefore|^Deny\(")
# Where pages that work without script are refused; the page says these itself.
FROM_PAGES = ("host/host.py", "services/names.py", "services/passwords.py", "services/texts.py",
              "services/directory.py", "store/", "web/")  # fmt: skip
NOT_FROM_PAGES = ("web/socket/connection.py", "web/socket/gateway.py", "web/socket/registry.py")
OF_ADMINISTRATION = {"no_plugin", "plugin_not_stopped", "not_erased", "malformed"}
ONLY_ON_PAGES = {
    "applications_full", "banned", "banned_until", "claimed", "code_again", "host",
    "invitation_needed", "kicked", "link_used", "rules_unread", "sign_in_last", "sign_in_wrong",
    "suspended", "suspended_until", "ticket_over", "unclaimed", "unknown", "used",
}  # fmt: skip
MANY = 500  # there are more; fewer would mean that they are not found
ALWAYS_SENT = {"code", "message"}
SENT_BY_CLASS = {"PluginFailed": {"plugin"}, "InternalError": {"request_id"}}
REASON_BY_CLASS = {
    "PluginFailed": "plugin_error", "InternalError": "internal", "ObjectsFailed": "objects_failed",
}  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A place where something is refused."""

    where: str
    reason: str | None
    facts: frozenset[str]
    text: str


def sources(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(folder.rglob("*.py")):
        where = file.relative_to(folder).as_posix()
        if where.startswith(BUT_FOR_MEMBERS) or not where.startswith(NOT_FOR_MEMBERS):
            yield where, parsed(file)


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def name_of(node: ast.expr) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


@cache
def refusals() -> Mapping[str, bool]:
    """Names of the classes of refusals, and whether each has a time to wait."""
    known = {"SalonError": False, "Deny": False}
    files = [*CORE.rglob("*.py"), *(ROOT / "plugins").rglob("salon_*/**/*.py")]
    classes = [
        node for file in files for node in ast.walk(parsed(file)) if isinstance(node, ast.ClassDef)
    ]
    for _ in range(4):  # a class may stand before the one it is made from
        for node in classes:
            for base in node.bases:
                if name_of(base) in known:
                    known[node.name] = node.name == "TooMany" or known[name_of(base)]
    return known


def sites(folder: Path) -> Iterator[Site]:
    for where, tree in sources(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in refusals():
                yield site(where, node)


def site(where: str, node: ast.Call) -> Site:
    kind = name_of(node.func)
    given = {word.arg: word.value for word in node.keywords if word.arg is not None}
    facts = set(given) | SENT_BY_CLASS.get(kind, set()) | ALWAYS_SENT
    reason = REASON_BY_CLASS.get(kind)
    if refusals()[kind]:
        facts |= {"retry_after_s", "wait"}
        reason = "pace"
    stated = given.get("reason")
    if isinstance(stated, ast.Constant):
        reason = str(stated.value)
    return Site(f"{where}:{node.lineno}", reason, frozenset(facts), ast.unparse(node))


@cache
def spoken() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """The words of the page and of each plugin's module, by language: what the browser gets."""
    program = """
        const core = "./core/client/words/";
        const { enErrors } = await import(core + "en_errors.ts");
        const { frErrors } = await import(core + "fr_errors.ts");
        const all = { core: { en: enErrors, fr: frErrors } };
        for (const plugin of Deno.args) {
          const { sayIn } = await import(`./plugins/${plugin}/client/shared/words.ts`);
          sayIn({ strings: (words) => all[plugin] = words });
        }
        console.log(JSON.stringify(all));
    """
    deno = runpy.run_path(str(ROOT / "hatch_build.py"))["deno"]()
    command = [deno, "eval", "--quiet", program, *PLUGINS]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    return dict(json.loads(told.stdout))


def fillings(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def sentence(reason: str, language: str) -> str | None:
    """What the page would say; see core/client/refusals.ts."""
    plugin, dot, slug = reason.partition(".")
    words = spoken()[plugin if dot else "core"][language]
    return words.get(f"error.{slug if dot else reason}")


@cache
def told(folder: Path) -> Sequence[Site]:
    unsaid = re.compile(f"{ONLY_FOR_PLUGINS.pattern}|{HANDS_ON.pattern}")
    return [one for one in sites(folder) if not unsaid.search(one.text)]


def all_sites() -> Sequence[Site]:
    return [*told(CORE), *told(ROOT / "plugins")]


def lacks(one: Site) -> Iterator[str]:
    """Yield what is wrong with a refusal."""
    if one.reason is None:
        yield f"{one.where}: no reason in {one.text}"
        return
    for language in ("en", "fr"):
        text = sentence(one.reason, language)
        if text is None and one.reason in ONLY_ON_PAGES:
            text = PAGES[language].get(f"reason.{one.reason}")
        if text is None:
            yield f"{one.where}: {one.reason} has no words in {language}"
        elif not fillings(text) <= one.facts:
            yield f"{one.where}: {one.text} leaves out what {language} says"


def test_refusals_have_a_reason_with_words_and_the_facts_they_need() -> None:
    assert len(all_sites()) > MANY
    assert [wrong for one in all_sites() for wrong in lacks(one)] == []


def test_what_a_plugin_refuses_in_a_hook_has_words() -> None:
    for plugin in PLUGINS:
        for _where, tree in sources(ROOT / "plugins" / plugin):
            for node in ast.walk(tree):
                match node:
                    case ast.Call(func=ast.Name("Deny"), args=[_, ast.Constant(str(slug)), *_]):
                        assert sentence(f"{plugin}.{slug}", "fr"), slug


def test_a_page_without_script_says_what_it_can_be_refused() -> None:
    for one in told(CORE):
        where = one.where
        is_from_page = where.startswith(FROM_PAGES) and not where.startswith(NOT_FROM_PAGES)
        if is_from_page and one.reason is not None and one.reason not in OF_ADMINISTRATION:
            for language, words in PAGES.items():
                text = words.get(f"reason.{one.reason}")
                assert text is not None, f"{where}: {one.reason} in {language}"
                assert fillings(text) <= one.facts, where


def test_no_words_are_left_of_a_reason_that_is_gone() -> None:
    raised = {one.reason for one in all_sites()} | {"too_many"}
    said = {key for key in spoken()["core"]["en"] if key.startswith("error.")}
    assert {key.removeprefix("error.") for key in said} <= raised


def test_plugins_speak_french_with_its_signs_and_say_tu() -> None:
    wrong = re.compile(
        "[^\u00a0\\d]:|[^\u202f][;!?]|'|«[^\u00a0]|[^\u00a0]»|\\b(?:vous|votre|vos)\\b"
    )
    for plugin in PLUGINS:
        for key, text in spoken()[plugin]["fr"].items():
            forms = [text] if isinstance(text, str) else text.values()
            assert not any(wrong.search(form) for form in forms), f"{plugin}: {key}"


def test_every_reason_why_an_episode_failed_has_words() -> None:
    for failure in Failure:
        for language in ("en", "fr"):
            assert f"failure.{failure.value}" in spoken()["recording"][language]


def test_every_reason_why_a_plugin_does_not_run_has_words() -> None:
    page = (ROOT / "core/client/admin/plugins.tsx").read_text("utf-8")
    for cause in Cause:
        assert f'{cause.value}: "adm.why_{cause.value}"' in page


def test_every_permission_has_a_name_in_every_language() -> None:
    assert {f"may.{name}" for name in CORE_PERMISSIONS} <= set(spoken()["core"]["fr"])
    for file in (ROOT / "plugins").glob("*/salon_*/plugin.py"):
        words = spoken()[file.parents[1].name]
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name_of(node.func) == "Permission":
                key = f"may.{ast.literal_eval(node.args[0])}"
                assert key in words["en"], key
                assert key in words["fr"], key

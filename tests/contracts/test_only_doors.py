"""What is guarded has one door: nothing in the source goes around it.

Held on the syntax: a new way out, a statement put together from text or an address judged by a
library that takes a machine's own network for the internet is found here, and not by its misuse.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (ROOT / "core" / "salon", *sorted(ROOT.glob("plugins/*/salon_*")))

WAYS_OUT = {
    "aiohttp.ClientSession", "aiohttp.TCPConnector", "aiohttp.request", "aiosmtplib.send",
    "aiosmtplib.SMTP", "urllib.request.urlopen", "urlopen", "http.client.HTTPConnection",
    "socket.create_connection", "asyncio.open_connection", "httpx.get", "requests.get",
    "smtplib.SMTP", "loop.create_connection", "getaddrinfo", "S3Store",
}  # fmt: skip
GO_OUT = {
    "core/salon/services/fetch.py", "core/salon/services/mail.py",
    # The doctor, and who follows the public name, go to addresses of the keeper's file alone.
    "core/salon/services/outer_hops.py", "core/salon/services/voice_hops.py",
    "core/salon/cli/doctor.py", "core/salon/web/public_addresses.py",
    "core/salon/files/objects.py",  # to the storage that the keeper names
}  # fmt: skip
STATEMENTS = {"exec_driver_sql", "text", "literal_column", "DDL", "executescript"}
# The name in them is a table's, made of [a-z0-9_] by us; `text` of others is no SQL.
PUT_TOGETHER = {"core/salon/store/migrate.py", "core/salon/store/search.py"}
LIKE = {"like", "ilike", "not_like", "regexp_match", "regexp_replace", "startswith", "icontains"}


@cache
def trees() -> Mapping[str, ast.Module]:
    """The syntax of each file that runs on a server, by its path."""
    files = [file for folder in SOURCES for file in sorted(folder.rglob("*.py"))]
    return {
        file.relative_to(ROOT).as_posix(): ast.parse(file.read_text("utf-8"))
        for file in files
        if not {"testing", "versions"} & set(file.parts)
    }


@cache
def calls() -> Sequence[tuple[str, ast.Call, str]]:
    """Each call of what runs on a server: its file, itself, and what is called."""
    return [
        (file, node, ast.unparse(node.func))
        for file, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def test_only_the_fetcher_the_mail_carrier_and_the_doctor_go_out() -> None:
    out = {file for file, _call, name in calls() if name in WAYS_OUT or "getaddrinfo" in name}
    assert out == GO_OUT


def test_no_address_is_judged_by_the_library_s_idea_of_the_internet() -> None:
    told = {"is_global", "is_private", "is_reserved"}
    for file, tree in trees().items():
        if "ipaddress" in {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}:
            asked = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
            assert not asked & told, file


def test_no_statement_of_sql_is_put_together_from_what_people_write() -> None:
    made: Mapping[str, list[str]] = {}
    for file, call, name in calls():
        last = name.rpartition(".")[2]
        is_sql = last in STATEMENTS and (last != "text" or name in {"text", "sqlalchemy.text"})
        if is_sql and call.args and not isinstance(call.args[0], ast.Constant):
            made = {**made, file: [*made.get(file, []), ast.unparse(call)]}
    assert set(made) <= PUT_TOGETHER, made


def test_no_pattern_with_wildcards_meets_what_people_write() -> None:
    """Names are found in memory, words by an index whose expression is made of tokens."""
    found = {
        f"{file}: {ast.unparse(call)}"
        for file, call, name in calls()
        if "/store/" in file and name.rpartition(".")[2] in LIKE and ".c." in name
    }
    assert found == set()


def test_markup_is_put_into_a_page_at_one_place_and_into_templates_at_few() -> None:
    """Where text becomes HTML: what the server rendered and sanitised, and JSON that is escaped."""
    ways = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|dangerously|document\.write|\beval\(|"
        r"new Function|srcdoc|DOMParser|createContextualFragment"
    )
    clients = [ROOT / "core" / "client", *sorted(ROOT.glob("plugins/*/client"))]
    scripts = [f for folder in clients for f in folder.rglob("*.ts*") if "_test." not in f.name]
    put = {f.relative_to(ROOT).as_posix() for f in scripts if ways.search(f.read_text("utf-8"))}
    assert put == {"core/client/text/body.tsx"}
    templates = [f for folder in SOURCES for f in folder.rglob("*.html")]
    unescaped = [
        f.name for f in templates for _ in re.findall(r"\|\s*safe\b", f.read_text("utf-8"))
    ]
    assert unescaped == ["shell.html", "shell.html"]  # the import map and the boot JSON
    marked = {file for file, _call, name in calls() if name == "Markup"}
    assert marked == {
        "core/salon/web/fragments.py",
        "core/salon/web/pages.py",
        "core/salon/web/public.py",
        "plugins/recording/salon_recording/listening/describing.py",
    }

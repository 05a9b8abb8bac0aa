"""Fuzz the parsers that strangers reach: `python benchmarks/fuzz/run.py --seconds 3600`.

Each target (`targets.py`) in turn, in a process of its own, guided by coverage (atheris, which is
libFuzzer), from the kept inputs in `corpus/`; what is learned stays under `/var/tmp` for the next
run. With `--runs` instead, as the tests do, so many inputs are tried that are the same each time,
and nothing is learned. A finding is written into `corpus/`, where tests replay it from then on, and
the run ends with 1. `--keep` adds to `corpus/` the inputs that reach what none of those there does.
"""

import argparse
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve()
CORPUS = HERE.with_name("corpus")
LEARNED = Path("/var/tmp/salon-fuzz")  # noqa: S108 a folder of one's own, of public bytes
WATCHED = ["salon.relay", "salon.strict_json", "aiortc.rtp", "aiortc.sdp"]
KEPT_BYTES = 600  # longer inputs are not worth their place
SLOWEST_S = 5  # for one input: more is a finding
MEMORY_MIB = 1_024


def main() -> None:
    known = sorted(folder.name for folder in CORPUS.iterdir())
    parser = argparse.ArgumentParser(description="Fuzz the parsers that strangers reach.")
    parser.add_argument("targets", nargs="*", choices=[[], *known], help="all, if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--runs", type=int, help="for each target, the same each time")
    parser.add_argument("--keep", action="store_true", help="add to the kept inputs afterwards")
    asked = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.exit("atheris is not installed; it is made for Linux on x86-64")
    targets = asked.targets or known
    if asked.runs is None:
        found = [target for target in targets if not holds(target, asked.seconds)]
    else:
        found = [target for target in targets if not holds_briefly(target, asked.runs)]
    for target in targets if asked.keep else ():
        keep(target)
    if found:
        sys.exit(f"found something in: {', '.join(found)}")


def holds(target: str, seconds: int) -> bool:
    """Fuzz one for so long; tell whether nothing was found."""
    learned = LEARNED / target
    learned.mkdir(parents=True, exist_ok=True)
    return _nothing_found(target, learned, f"-max_total_time={seconds}")


def holds_briefly(target: str, runs: int) -> bool:
    """Try so many inputs; tell whether nothing was found."""
    with tempfile.TemporaryDirectory() as forgotten:
        return _nothing_found(target, Path(forgotten), f"-runs={runs}", "-seed=1")


def _nothing_found(target: str, learned: Path, *limits: str) -> bool:
    kept = CORPUS / target
    bounds = [*limits, f"-timeout={SLOWEST_S}", f"-rss_limit_mb={MEMORY_MIB}"]
    places = [f"-artifact_prefix={kept}/found-", str(learned), str(kept)]
    return _apart(target, [*bounds, "-print_final_stats=1", *places]) == 0


def keep(target: str) -> None:
    """Add what reaches something new to the kept inputs."""
    merge = ["-merge=1", f"-max_len={KEPT_BYTES}"]
    _apart(target, [*merge, str(CORPUS / target), str(LEARNED / target)])


def _apart(target: str, arguments: Sequence[str]) -> int:
    """Be the fuzzer in a process of its own, which it ends; return its exit code."""
    print(f"== {target}", flush=True)
    instrumented()  # once for all of them
    process = os.fork()
    if process == 0:
        inside(target, arguments)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def inside(target: str, arguments: Sequence[str]) -> None:
    """Be the fuzzer, which ends the process by itself."""
    import atheris

    # To merge it starts itself anew, by a shell.
    itself = f"{sys.executable} {HERE} --inside {target}"
    atheris.Setup([itself, *arguments], instrumented()[target])
    atheris.Fuzz()


@cache
def instrumented() -> Mapping[str, Callable[[bytes], None]]:
    """Return the targets, of which the fuzzer sees what they reach."""
    import atheris

    sys.path.insert(0, str(HERE.parents[1]))
    with atheris.instrument_imports(include=WATCHED):
        from fuzz.targets import TARGETS
    return TARGETS


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], sys.argv[3:])
    else:
        main()

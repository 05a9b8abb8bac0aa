"""Fuzz the parsers that strangers reach: `python benchmarks/fuzz/run.py --seconds 3600`.

Each target (`targets.py`) in turn, guided by coverage, from the kept inputs in `corpus/`; what is
learned stays under `/var/tmp` for the next run. A finding is written into `corpus/`, where tests
replay it from then on, and the run ends with 1. `--keep` adds to `corpus/` the inputs that reach
what none of those there reaches. Needs `atheris`: `pip install --group fuzz`.
"""

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")
LEARNED = Path("/var/tmp/salon-fuzz")  # noqa: S108 a folder of one's own, of public bytes
WATCHED = ["salon.relay", "salon.web.socket.protocol", "aiortc.rtp", "aiortc.sdp"]
KEPT_BYTES = 600  # longer inputs are not worth their place
SLOWEST_S = 5  # for one input: more is a finding


def main() -> None:
    parser = argparse.ArgumentParser(description="Fuzz the parsers that strangers reach.")
    parser.add_argument("targets", nargs="*", help="all, unless some are named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--keep", action="store_true", help="add to the kept inputs afterwards")
    asked = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.exit("atheris is not installed: pip install --group fuzz")
    known = sorted(folder.name for folder in CORPUS.iterdir())
    found = [target for target in asked.targets or known if not holds(target, asked.seconds)]
    if asked.keep:
        for target in asked.targets or known:
            keep(target)
    if found:
        sys.exit(f"found something in: {', '.join(found)}")


def holds(target: str, seconds: int) -> bool:
    """Fuzz one for so long; tell whether nothing was found."""
    kept, learned = CORPUS / target, LEARNED / target
    learned.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={seconds}", f"-timeout={SLOWEST_S}", "-rss_limit_mb=1024"]
    return _fuzz(target, *limits, f"-artifact_prefix={kept}/found-", str(learned), str(kept)) == 0


def keep(target: str) -> None:
    """Add what reaches something new to the kept inputs."""
    merge = ["-merge=1", f"-max_len={KEPT_BYTES}"]
    _fuzz(target, *merge, str(CORPUS / target), str(LEARNED / target))


def _fuzz(target: str, *arguments: str) -> int:
    program = [sys.executable, __file__, "--inside", target, "-print_final_stats=1", *arguments]
    print(f"== {target}", flush=True)
    return subprocess.run(program, check=False).returncode


def inside(target: str, arguments: list[str]) -> None:
    """Be the fuzzer, which ends the process by itself."""
    import atheris

    sys.path.insert(0, str(Path(__file__).parents[1]))
    with atheris.instrument_imports(include=WATCHED):
        from fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *arguments], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], sys.argv[3:])
    else:
        main()

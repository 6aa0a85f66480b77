#!/usr/bin/env python3
"""Runs the same work here and in Python, in turn, and prints times, their ratios and peak memory.

Each case starts one process per side, which make the same inputs. After a warm-up they take turns, one
repetition each, so that whatever else the machine does meets both. Both compute, and must agree on, a
fingerprint of the result. Runs the peers with the interpreter that runs this script. POSIX only.

With --gpu both sides work on one NVIDIA GPU.
"""

import argparse
import fnmatch
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent

# Cases, each with the providers that are compared.
CASES = {
    "matcher random 512": ["auto"],
    "matcher random 2048": ["auto"],
    "matcher random 4096": ["auto"],
    "matcher correlated 512": ["auto"],
    "matcher correlated 2048": ["auto"],
    "matcher correlated 4096": ["auto"],
    "solver 576 64": ["openblas", "ejml", "commons-math"],
    "solver 2304 256": ["openblas", "ejml"],
    "solver 4608 512": ["openblas", "ejml"],
    "gram 16 576 3136": ["nd4j", "ejml"],
    "gram 16 2304 196": ["nd4j", "ejml"],
    "gram 16 4608 49": ["nd4j", "ejml"],
    "forward resnet20 16": ["nd4j", "ejml"],
    "forward resnet18 16": ["nd4j", "ejml"],
    "forward resnet50 16": ["nd4j", "ejml"],
    "forward vit_tiny_28 128": ["nd4j", "ejml"],
    "forward vit_b_16 4": ["nd4j", "ejml"],
}

# Cases on a GPU. Sizes are those of a merge of ResNets: a layer's inputs have up to 512 * 9 columns.
GPU_CASES = [
    "solver 576 64",
    "solver 2304 256",
    "solver 4608 512",
    "gram 64 576 3136",
    "gram 64 1152 784",
    "gram 64 2304 196",
    "gram 64 4608 49",
    "forward resnet18 256",
    "forward resnet50 128",
    "forward vit_b_16 64",
    "merge resnet20 1024",
    "merge resnet18 512",
    "merge resnet50 256",
]

# Small enough for trying the same on a CPU.
TRIAL_CASES = ["solver 576 64", "gram 16 576 784", "gram 16 576 49", "forward resnet20 16", "merge resnet20 64"]

# What runs a case on a GPU, and where it is tried without one.
GPU_PROVIDERS = {"solver": "cusolver:{0}", "merge": "cuda:{0}+cusolver:{0}"}
TRIAL_PROVIDERS = {"solver": "openblas", "merge": "nd4j+openblas"}

# Both sides compute in float32 or better; fingerprints are relative to the norm of the result. Each side of
# a merge samples positions by itself, and is judged by its layers' errors.
TOLERANCE = 1e-3
MERGE_TOLERANCE = 5e-2


class Failure(Exception):
    """A side did not do its work."""


class Side:
    """A process that does one task when asked to."""

    def __init__(self, name, command, environment):
        self.name = name
        self.nanos = []
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True, encoding="utf-8"
        )
        self.implementation = self._answer("ready")[0]

    def _answer(self, word):
        for line in self.process.stdout:
            # Native libraries may print as well.
            if line.startswith(word + "\t"):
                return line.rstrip("\n").split("\t")[1:]
        raise Failure(f"{self.name} ended without {word!r}; its error output is above")

    def ask(self, request, word):
        try:
            self.process.stdin.write(request + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # _answer says so
        return self._answer(word)

    def run(self):
        self.nanos.append(int(self.ask("run", "ran")[0]))

    def fingerprint(self):
        norm, dot = self.ask("result", "result")
        return float(norm), float(dot)

    def device_bytes(self):
        """Returns the most bytes that tensors took on the backend, or None if it does not tell."""
        count = int(self.ask("memory", "memory")[0])
        return count if count >= 0 else None

    def finish(self):
        """Ends the process and returns its peak resident memory in bytes."""
        self.process.stdin.close()
        self.process.stdout.close()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode != 0:
            raise Failure(f"{self.name} ended with status {self.process.returncode}")
        return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)

    def kill(self):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()


def alternate(sides, repetitions, seconds):
    """Runs in turn, at least so often and each side at least so long."""
    for side in sides:
        side.nanos.clear()
    while any(len(s.nanos) < repetitions or sum(s.nanos) < 1e9 * seconds for s in sides):
        for side in sides:
            side.run()


def commands(case, provider, options):
    """Returns the command of each side."""
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
    path = os.pathsep.join([str(BENCH / "target/classes"), str(BENCH / "target/lib/*")])
    here = [java, f"-XX:ActiveProcessorCount={options.threads}", *options.java_option, "-cp", path]
    peer = [sys.executable, str(BENCH / "peers.py")]
    if options.gpu:
        peer += ["--device", options.device if options.trial else f"cuda:{options.device}"]
    return {
        "pleas": [*here, "dev.pleas.bench.Worker", provider, *case.split()],
        "peer": [*peer, *case.split()],
    }


def environment(options):
    """Returns the environment of both sides."""
    variables = dict(os.environ, OMP_NUM_THREADS=str(options.threads), OPENBLAS_NUM_THREADS=str(options.threads))
    # OpenMP threads that wait by spinning take the processor from the very threads that they wait for
    # once anything else runs: a busy machine then makes either side many times slower.
    variables.setdefault("OMP_WAIT_POLICY", "passive")
    return variables


def check(options):
    """Ends the script if a side cannot work on the GPU; the side has said why."""
    for case in ("gram 1 1 1", "solver 1 1"):
        for name, command in commands(case, gpu_provider(case, options), options).items():
            side = None
            try:
                side = Side(name, command, environment(options))
                side.finish()
            except Failure:
                sys.exit(1)
            finally:
                if side is not None:
                    side.kill()


def measure(case, provider, options):
    """Runs a case and returns what was measured."""
    sides = []
    try:
        for name, command in commands(case, provider, options).items():
            sides.append(Side(name, command, environment(options)))
        alternate(sides, 1, options.warmup)
        alternate(sides, options.repetitions, options.seconds)
        here, peer = (side.fingerprint() for side in sides)
        result = {"case": case, "provider": sides[0].implementation, "peer": sides[1].implementation}
        result["nanos"] = {side.name: list(side.nanos) for side in sides}
        result["fingerprint"] = {"pleas": here, "peer": peer}
        result["deviceBytes"] = {side.name: side.device_bytes() for side in sides}
        result["peakBytes"] = {side.name: side.finish() for side in sides}
    finally:
        for side in sides:
            side.kill()
    tolerance = MERGE_TOLERANCE if case.startswith("merge ") else TOLERANCE
    if not all(abs(a - b) <= tolerance * peer[0] for a, b in zip(here, peer)):
        raise Failure(f"results differ: norm and inner product are {here} here, {peer} in {result['peer']}")
    result["ratio"] = min(result["nanos"]["pleas"]) / min(result["nanos"]["peer"])
    return result


def milliseconds(nanos):
    values = (min(nanos) / 1e6, statistics.median(nanos) / 1e6)
    return " / ".join(f"{v:.3g}" if v < 100 else f"{v:.0f}" for v in values)


def mebibytes(count):
    return "–" if count is None else str(count >> 20)


def row(result, options):
    nanos, peak, device = result["nanos"], result["peakBytes"], result["deviceBytes"]
    on_gpu = f" {mebibytes(device['pleas'])} | {mebibytes(device['peer'])} |" if options.gpu else ""
    return (
        f"| {result['case']} | {result['provider'].split(':')[0]} | {milliseconds(nanos['pleas'])} "
        f"| {milliseconds(nanos['peer'])} | {result['ratio']:.2f} "
        f"| {mebibytes(peak['pleas'])} | {mebibytes(peak['peer'])} |{on_gpu}"
    )


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def gpu_provider(case, options):
    """Returns what runs a case on the chosen device."""
    kind = case.split()[0]
    if options.trial:
        return TRIAL_PROVIDERS.get(kind, "nd4j")
    return GPU_PROVIDERS.get(kind, "cuda:{0}").format(options.device)


def chosen(options):
    """Returns the cases and providers to run; a pattern may be a case that is not in the list."""
    known = (TRIAL_CASES if options.trial else GPU_CASES) if options.gpu else list(CASES)
    cases = []
    for pattern in options.case or known:
        found = fnmatch.filter(known, pattern)
        if not found and any(c in pattern for c in "*?["):
            sys.exit(f"no case fits {pattern!r}; there are: {', '.join(known)}")
        cases += [case for case in found or [pattern] if case not in cases]
    return {case: [gpu_provider(case, options)] if options.gpu else CASES.get(case, ["auto"]) for case in cases}


def arguments():
    parser = argparse.ArgumentParser(
        description="Compares with SciPy and PyTorch.",
        epilog=f"Cases: {'; '.join(CASES)}. With --gpu: {'; '.join(GPU_CASES)}.",
    )
    parser.add_argument("case", nargs="*", help="a case, or a pattern such as 'solver *'; all if none is given")
    parser.add_argument("--gpu", action="store_true", help="compare the CUDA backend and solver with PyTorch on a GPU")
    parser.add_argument(
        "--device", help="with --gpu: its number (0), or cpu for trying the same with small cases on the CPU"
    )
    parser.add_argument("--provider", action="append", help="provider id, instead of the list's; repeatable")
    parser.add_argument("--repetitions", type=int, default=5, help="at least so many per side (%(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="and at least so long (%(default)s)")
    parser.add_argument("--warmup", type=float, default=2, help="seconds before that (%(default)s)")
    parser.add_argument(
        "--threads",
        type=int,
        default=int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count()),
        help="of each side (OMP_NUM_THREADS, else all processors: %(default)s)",
    )
    parser.add_argument("--java-option", action="append", default=[], help="for instance --java-option=-Xmx4g")
    parser.add_argument("--no-build", action="store_true", help="use what is built")
    parser.add_argument("--json", type=Path, default=BENCH / "target/compare.json", help="results in full")
    options = parser.parse_args()
    if options.device and not options.gpu:
        parser.error("--device needs --gpu")
    options.device = options.device or "0"
    options.trial = options.device == "cpu"
    if not (options.trial or options.device.isdecimal()):
        parser.error(f"--device {options.device}: a number from 0, or cpu")
    return options


def main():
    options = arguments()
    cases = chosen(options)
    if not options.no_build:
        subprocess.run(["sh", str(BENCH / "build.sh")], stdout=sys.stderr, check=True)
    if options.gpu and not options.trial:
        check(options)
    print(f"{processor()}, {options.threads} threads, load average {os.getloadavg()[0]:.1f} before")
    print("Times in ms, minimum / median; ratio of minima, above 1 means slower than the peer; memory in MiB.\n")
    columns = ["pleas", "peer", "ratio", "peak pleas", "peak peer"]
    columns += ["device pleas", "device peer"] if options.gpu else []
    print(f"| case | provider | {' | '.join(columns)} |")
    print(f"| --- | --- |{' ---: |' * len(columns)}", flush=True)
    results, failures = [], []
    for case, providers in cases.items():
        for provider in options.provider or providers:
            try:
                results.append(measure(case, provider, options))
                print(row(results[-1], options), flush=True)
            except Failure as e:
                failures.append(f"{case} ({provider}): {e}")
                print(f"| {case} | {provider} | failed |{' |' * len(columns)}", flush=True)
    for result in results:
        if result["case"].startswith("merge "):
            here, peer = (norm for norm, _ in result["fingerprint"].values())
            print(f"\n{result['case']}: norm of the layers' relative errors {here:.4g}, of the peer's {peer:.4g}")
    used = sorted({r["provider"] for r in results} | {r["peer"] for r in results})
    print(f"\nload average {os.getloadavg()[0]:.1f} after; Python {platform.python_version()}; {'; '.join(used)}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for failure in failures:
        print(failure, file=sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

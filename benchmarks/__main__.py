"""Every benchmark, one after another: what was measured beside what is wanted.

python -m benchmarks            all of them
python -m benchmarks backtests  one of them
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time
from datetime import UTC, datetime

MODULES = (
    "market",
    "bars",
    "strategies",
    "backtests",
    "sweeps",
    "cluster",
    "noise",
    "writers",
    "reports",
    "batches",
    "widgets",
)


def main(names):
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        print(f"No benchmark {unknown[0]!r}. There are {', '.join(MODULES)}.", file=sys.stderr)
        return 2
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, ", end="")
    print(f"{os.cpu_count()} cores, {platform.machine()}; load {os.getloadavg()[0]:.1f}")
    slow = []
    for name in names or MODULES:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n== {name}: {module.__doc__.splitlines()[0]}", flush=True)
        began = time.perf_counter()
        if module.main() is False:
            slow.append(name)
        print(f"   ({time.perf_counter() - began:.0f} s)")
    if slow:
        print(f"\nNot as fast as wanted: {', '.join(slow)}. Was the machine busy?")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The read stage of a domain alone, in a process of its own. Argument: a file with the source's settings.

Prints seconds from opening the source to its last page, and the number of objects.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.tenant import wanted
from ropeway.connectors.active_directory import open_source


def main(settings: Path) -> None:
    """Read everything and keep nothing."""
    asked = wanted()
    began = time.perf_counter()
    source = open_source(json.loads(settings.read_text()))
    objects = sum(len(page.items) for page in source.read(None, asked))
    seconds = time.perf_counter() - began
    source.close()
    print(json.dumps({"seconds": seconds, "objects": objects}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

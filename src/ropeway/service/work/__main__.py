"""`python -m ropeway.service.work`: a worker, started by a service (`process.start_worker`)."""

from __future__ import annotations

import logging
import sys

from ropeway.service.work.process import main
from ropeway.service.work.worker import run_worker

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    sys.exit(main(run_worker))

"""`python -m ropeway`."""

import sys

from ropeway.cli.main import main

sys.exit(main())

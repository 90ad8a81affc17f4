"""`python -m ropeway`."""

import sys

from ropeway.cli.start import main

sys.exit(main())

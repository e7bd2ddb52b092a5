"""python -m hodiff: the command line."""

import sys

from hodiff.cli import main

sys.exit(main())

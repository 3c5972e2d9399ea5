"""``python -m aggregator`` is the command ``aggregator``."""

import sys

from aggregator.cli import main

sys.exit(main())

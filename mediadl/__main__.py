"""``python -m mediadl``: the same as the console script ``mediadl``."""

import sys

from mediadl.cli import main

sys.exit(main())

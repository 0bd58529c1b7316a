"""`python -m sidestep` is the console command."""

import sys

from sidestep._command import main

sys.exit(main())

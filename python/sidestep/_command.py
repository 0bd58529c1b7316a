"""The console command `sidestep`: the same tool as the Rust one."""

from __future__ import annotations

import signal
import sys

from sidestep import _native


def main() -> int:
    """Run the command on `sys.argv`; gives its exit status."""
    # No Python code runs meanwhile that could see an interrupt: it ends the process, as elsewhere.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.run_command(["sidestep", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())

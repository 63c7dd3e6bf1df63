"""Make the virtual environment, on Debian also where python3-venv is not installed yet."""

import subprocess
import sys
from pathlib import Path

MINIMUM = (3, 11)


def main(target: str) -> int:
    """Make `target`; answers the exit code."""
    if sys.version_info < MINIMUM:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.stderr.write(f"classbridge needs Python 3.11 or later; this is {found}. Try: make PYTHON=python3.11\n")
        return 1
    if _venv(target):
        return 0
    sys.stderr.write("python3-venv is missing; installing it with apt-get ...\n")
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "python3-venv"]):
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
            sys.stderr.write("That did not work. Install python3-venv as root, then run make again.\n")
            return 1
    return 0 if _venv(target) else 1


def _venv(target: str) -> bool:
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", target], check=False, capture_output=True)
    return made.returncode == 0 and (Path(target) / "bin" / "pip").exists()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

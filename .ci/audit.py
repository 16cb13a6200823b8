"""Known vulnerabilities of what environments hold, by pip-audit; skipped, with the reason, without advisory data.

Usage: audit.py FOLDER..., a virtual environment each. Exit codes: 0 nothing known or skipped, 1 a vulnerability.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SECONDS = 300


def main(environments: list[str]) -> int:
    """Audit these environments' packages; pip-audit is this interpreter's."""
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--format", "json"]
    for environment in environments:
        command += [f"--path={folder}" for folder in Path(environment).glob("lib/python3*/site-packages")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return _skipped("pip-audit gave no answer")
    audited = [package for package in packages if "vulns" in package]
    if not audited:
        return _skipped("no advisory data can be reached from this machine")
    found = [(package["name"], package["version"], vuln["id"]) for package in audited for vuln in package["vulns"]]
    for name, version, vulnerability in found:
        sys.stdout.write(f"{name} {version}: {vulnerability}\n")
    sys.stdout.write(f"pip-audit: {len(found)} vulnerabilities known in {len(audited)} packages\n")
    return 1 if found else 0


def _skipped(why: str) -> int:
    sys.stdout.write(f"pip-audit skipped: {why}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

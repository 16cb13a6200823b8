"""The program of the child that sets a PDF: typst over our own template and its data. It knows nothing of the package.

Started with an empty environment; the limits come first. It writes no file: the PDF goes to its output, and where there
is none, one line of JSON with the ``fault``.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from typing import Any


def main() -> None:
    """Read one job from standard input and do it."""
    job = json.loads(sys.stdin.buffer.read())
    _limit(job["limits"])
    # One thread a core would each map memory of its own, on a machine of many cores beyond the limit.
    os.environ["RAYON_NUM_THREADS"] = "1"
    sys.path.append(job["packages"])
    try:
        output = _set(job)
    except MemoryError:
        output = _fault("MemoryError", "")
    except Exception as error:  # noqa: BLE001 - whatever typst raises is told by its name
        output = _fault(type(error).__name__, str(error))
    sys.stdout.buffer.write(output)
    sys.stdout.buffer.flush()
    os._exit(0)


def _limit(limits: dict[str, int]) -> None:
    for name in ("AS", "CPU", "FSIZE", "CORE"):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limits[name], limits[name]))
    # Whoever started it may be gone by then: the kernel ends it.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limits["seconds"])
    os.nice(10)


def _set(job: dict[str, Any]) -> bytes:
    # Imported here: the limits bind it, too.
    import typst  # noqa: PLC0415

    # Nothing above the fonts' folder can be read, and no package. Source: typst's documentation, "Syntax", "Paths".
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[job["fonts"]])
    compiler = typst.Compiler(
        job["template"].encode(),
        root=job["fonts"],
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"report": job["report"]},
        package_path=job["nowhere"],
        package_cache_path=job["nowhere"],
    )
    made = compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=job["timestamp"])
    # Only of pictures it makes a list, one a page.
    return made if isinstance(made, bytes) else b""


def _fault(kind: str, message: str) -> bytes:
    return json.dumps({"fault": kind, "message": message[:2000]}).encode()


if __name__ == "__main__":
    main()

"""Shared libraries and fonts that ``scripts/pdf_libs.sh`` unpacked into ``.local/pdf`` for users who are not root.

The dynamic loader reads LD_LIBRARY_PATH only when a process begins, so the libraries are loaded by hand
here, each after those it needs; WeasyPrint's own look-up by name then finds them already loaded.
"""

import ctypes
import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent

FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <include ignore_missing="yes">{root}/etc/fonts/fonts.conf</include>
  <dir>{root}/usr/share/fonts</dir>
  <dir>{fonts}</dir>
  <cachedir>{root}/cache</cachedir>
</fontconfig>
"""


def prepare(root: Path = CHECKOUT) -> int:
    """Make the unpacked libraries and fonts known to this process; returns how many libraries were loaded.

    Does nothing where the system has its own (nothing was unpacked then). Never raises: without the
    libraries only PDFs are missing, and the page that makes them says so.
    """
    unpacked = root / ".local" / "pdf"
    if not (unpacked / "usr" / "lib").is_dir():
        return 0
    _write_fonts_conf(unpacked, root / ".local" / "fonts")
    waiting = sorted(
        path for path in unpacked.glob("usr/lib/*/*.so.*") if path.name.split(".so.")[1].isdigit()
    )
    loaded = 0
    while waiting:
        # No look at the dependencies: whatever loads in this round is there for the next one.
        left = [path for path in waiting if not _load(path)]
        loaded += len(waiting) - len(left)
        if len(left) == len(waiting):
            break
        waiting = left
    return loaded


def _load(path: Path) -> bool:
    try:
        ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return False
    return True


def _write_fonts_conf(unpacked: Path, fonts: Path) -> None:
    path = unpacked / "fonts.conf"
    wanted = FONTS_CONF.format(root=unpacked, fonts=fonts)
    try:
        if not path.exists() or path.read_text(encoding="utf-8") != wanted:
            path.write_text(wanted, encoding="utf-8")
    except OSError:
        return
    os.environ.setdefault("FONTCONFIG_FILE", str(path))

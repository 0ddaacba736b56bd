"""One SHA-256 as a line to paste: what a shell, OpenSSL or Windows PowerShell makes of a text of the protocol (DRAW §1).

The text holds foreign words (a stratum's label), so each line quotes it the way its own shell reads quotes.
"""

import re
import shlex
from dataclasses import dataclass

# PowerShell takes these for a single quote as well, and all of them may stand in a label.
POWERSHELL_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")


@dataclass(frozen=True)
class Command:
    label: str
    line: str


def commands(text: str) -> list[Command]:
    """The same digest in four ways; every line prints 64 hexadecimal digits."""
    quoted = shlex.quote(text)
    doubled = POWERSHELL_QUOTES.sub(lambda quote: quote.group() * 2, text)
    return [
        Command("Linux、Windows 的 Git Bash", f"printf '%s' {quoted} | sha256sum"),
        Command("苹果电脑", f"printf '%s' {quoted} | shasum -a 256"),
        Command("装有 OpenSSL 的电脑", f"printf '%s' {quoted} | openssl dgst -sha256"),
        Command(
            "Windows PowerShell",
            "[BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash("
            f"[Text.Encoding]::UTF8.GetBytes('{doubled}'))).Replace('-','').ToLower()",
        ),
    ]

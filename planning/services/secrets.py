"""Nonce and list salt at rest: AES-256-GCM, bound to the draw and the name, opened only to compute and to reveal."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from bureau.errors import RuleError

_NONCE_BYTES = 12


def seal(secret: str, *, about: str) -> bytes:
    """The secret encrypted; `about` names its place, so that it cannot be moved to another draw."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_keys()[0]).encrypt(nonce, secret.encode(), about.encode())


def unseal(sealed: bytes, *, about: str) -> str:
    """The secret again. Raises RuleError when no key of this installation opens it."""
    for key in _keys():
        try:
            opened = AESGCM(key).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode()
            )
        except InvalidTag:
            continue
        return opened.decode()
    raise RuleError(
        "锁定时封存的随机数无法打开：系统密钥已经更换，或数据库中的密文被改动。"
        "请系统管理员恢复锁定时使用的 DRAW_KEY 或 SECRET_KEY。"
    )


def _keys() -> list[bytes]:
    """DRAW_KEY, else SECRET_KEY; earlier secret keys still open what they sealed."""
    own = getattr(settings, "DRAW_KEY", "")
    sources = [*([own] if own else []), settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_derive(str(source)) for source in sources]


def _derive(source: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ssj1 draw secrets").derive(
        source.encode()
    )

"""The one-way bundle from desk to public site: which columns leave, how it is signed and checked (ARCHITECTURE §3).

A bundle is a folder: one file of JSON lines per table, manifest.json with their digests, manifest.sig over the manifest
(Ed25519). A table or a column that is not named here never leaves the desk.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

SCHEMA = 1
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
# Table → the columns that leave; links are written as codes, never as numbers of the desk's database.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "regions": ("code", "name", "parent__code"),
    "agencies": (
        "code", "name", "short_name", "kind", "phone", "address", "is_active",
        "parent__code", "authority__code", "superior__code", "region__code",
    ),
    "settings": ("authority__code", "year", "key", "value", "mode", "citation"),
    "matters": (
        "authority__code", "responsible_unit__code", "code", "name", "field", "category", "object_text", "content",
        "methods", "body", "level", "legal_basis", "ratio_text", "frequency_text", "materials", "guide",
        "is_enterprise_related", "state", "version", "in_force_from", "ended_on",
    ),
    "records": (
        "id", "authority__code", "kind", "subject", "version", "title", "content", "sha256", "sm3", "previous_sha256",
        "published_at", "due_on",
    ),
    "entries": (
        "id", "record_id", "authority__code", "kind", "subject", "title", "entity_name", "entity_code", "search_name",
        "bigrams", "matter_name", "task_number", "unit_name", "region_code", "region_name", "inspected_on",
        "outcome_text", "found_problem", "is_corrected", "published_at",
    ),
}  # fmt: skip
# The settings that public pages quote.
SETTINGS = ("publication_workdays", "recheck_workdays", "reply_workdays", "yearly_limit")


class BundleError(Exception):
    """A bundle that must not be read; the sentence is for whoever runs the import."""


@dataclass(frozen=True)
class Part:
    """One file of the bundle."""

    name: str  # of the table
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    number: int
    previous_sha256: str  # of the manifest before; empty for the first
    is_whole: bool  # everything, not only what is new
    cursor: str  # the newest record in it or before it
    made_at: str
    parts: tuple[Part, ...]
    schema: int = SCHEMA

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """Raises BundleError. Call it only with bytes whose signature was checked."""
    try:
        found = json.loads(data)
        parts = tuple(Part(**part) for part in found.pop("parts"))
        manifest = Manifest(parts=parts, **found)
    except (ValueError, TypeError, KeyError, AttributeError) as unreadable:
        raise BundleError("manifest.json 读不出来，数据包不完整。") from unreadable
    if manifest.schema != SCHEMA:
        raise BundleError(f"数据包的格式是第 {manifest.schema} 版，本程序只认第 {SCHEMA} 版。")
    if [part.name for part in manifest.parts] != list(COLUMNS):
        raise BundleError("数据包里的表不齐，或者有不该有的表。")
    return manifest


def new_key() -> tuple[bytes, bytes]:
    """A pair of keys as PEM: the private one stays at the desk, the public one goes to the public host."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private, public


def sign(manifest: bytes, private: bytes) -> bytes:
    """The signature over the manifest's bytes, in hexadecimal. Raises BundleError for another kind of key."""
    try:
        key = load_pem_private_key(private, password=None)
    except (ValueError, TypeError) as unreadable:
        raise BundleError("签名私钥读不出来，应是没有口令的 Ed25519 PEM 文件。") from unreadable
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError("签名私钥不是 Ed25519。")
    return key.sign(manifest).hex().encode()


def check(manifest: bytes, signature: bytes, public: bytes) -> None:
    """Raises BundleError when the manifest is not what the holder of the private key signed."""
    key = _public(public)
    try:
        key.verify(bytes.fromhex(signature.decode().strip()), manifest)
    except (InvalidSignature, ValueError) as wrong:
        raise BundleError(
            "签名不符：数据包被改动过，或者不是用约定的密钥签的。没有导入。"
        ) from wrong


def source_of(public: bytes) -> str:
    """Twelve digits that stand for the desk with this key: its subjects are kept apart from other desks' by them."""
    raw = _public(public).public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:12]


def _public(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except ValueError as unreadable:
        raise BundleError("核验公钥读不出来，应是 Ed25519 PEM 文件。") from unreadable
    if not isinstance(key, Ed25519PublicKey):
        raise BundleError("核验公钥不是 Ed25519。")
    return key

"""One signed POST to a platform: to a listed host only, its address looked up once, no redirects, no proxy, little time."""

import http.client
import ipaddress
import json
import socket
import ssl
import time
from typing import Any

from django.conf import settings

from bureau.errors import RuleError
from publication.rules import pushing as rules

SECONDS = 10
LONGEST = 64 * 1024


class Unreachable(RuleError):
    """Nobody answered: others that wait for the same platform need not try in the next minute."""


def post(*, url: str, credential: str, key: str, content: bytes) -> dict[str, Any]:
    """The platform's receipt. Raises RuleError saying what went wrong: unreachable, refused, no receipt number."""
    problem = rules.url_problem(url, settings.PUSH_HOSTS)
    address = rules.read_address(url)
    if problem or address is None:
        raise RuleError(problem or "接口地址认不出。")
    secret = settings.PUSH_SECRETS.get(credential)
    if not secret:
        raise RuleError(
            f"没有名为 {credential} 的密钥。请由运维人员设置环境变量 PUSH_SECRET_{credential} 后重启服务。"
        )
    at = int(time.time())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Push-Key": key,
        "X-Push-Time": str(at),
        "X-Push-Signature": rules.signature(secret, at=at, key=key, content=content),
    }
    try:
        status, answer = _send(address, headers, content)
    except (OSError, http.client.HTTPException) as failure:
        raise Unreachable(f"没有连上平台 {address.host}：{_why(failure)}。") from failure
    return _receipt(status, answer, address.host)


def _send(address: rules.Address, headers: dict[str, str], content: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=SECONDS)
    # The socket is ours: http.client would look the name up again, and could be told another address.
    connection.sock = _connected(address)
    try:
        connection.request("POST", address.path, body=content, headers=headers)
        response = connection.getresponse()
        return response.status, response.read(LONGEST + 1)
    finally:
        connection.close()


def _connected(address: rules.Address) -> socket.socket:
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    ip = str(found[0][4][0])
    number = ipaddress.ip_address(ip.partition("%")[0])
    number = getattr(number, "ipv4_mapped", None) or number  # ::ffff:169.254.1.1 is link-local too
    if number.is_link_local or number.is_multicast or number.is_unspecified:
        raise OSError(f"域名指向不允许的地址 {ip}")
    plain = socket.create_connection((ip, address.port), timeout=SECONDS)
    if address.scheme == "http":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=address.host)
    except OSError:
        plain.close()
        raise


def _receipt(status: int, answer: bytes, host: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        raise RuleError(f"平台 {host} 的应答过长，没有采用。请联系平台管理员。")
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    if 300 <= status < 400:
        raise RuleError(f"平台 {host} 要求转到别的地址（{status}），没有跟随。请核对接口地址。")
    if status not in {200, 201, 202}:
        told = f"：{said['message']}" if isinstance(said.get("message"), str) else ""
        raise RuleError(f"平台 {host} 没有接收（{status}）{told}"[:400])
    number = said.get("receipt")
    if not isinstance(number, str) or not number.strip():
        raise RuleError(f"平台 {host} 没有返回回执编号，不能认定已经送达。")
    return {"number": number.strip()[:100], "status": status}


def _why(failure: Exception) -> str:
    if isinstance(failure, TimeoutError):
        return f"{SECONDS} 秒内没有应答"
    if isinstance(failure, ConnectionRefusedError):
        return "对方拒绝连接，服务可能没有启动"
    if isinstance(failure, ssl.SSLError):
        return "对方的证书不能验证"
    if isinstance(failure, socket.gaierror):
        return "域名不能解析"
    text = str(failure)
    return text if "不允许" in text else "网络中断"

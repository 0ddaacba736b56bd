"""Takes the README's pictures: docs/pictures.tsv names each page, who sees it and how wide the window is.

A freshly seeded demo with data of its own is served for it, so that the pictures show what a first visitor
sees. ``click`` is the text of a link to follow from the path, for pages whose address holds a number.
Ends with 1 when a page did not answer 200.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from scripts.faults import demo, stop_servers  # noqa: E402

TABLE = ROOT / "docs" / "pictures.tsv"
FOLDER = ROOT / "docs" / "images"
NOBODY = "-"


def main() -> int:
    program = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if program is None:
        print("没有 chromium：请先运行 sudo apt-get install chromium。")
        return 1
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()[1:]]
    FOLDER.mkdir(parents=True, exist_ok=True)
    base = tempfile.mkdtemp(prefix="ssj-pictures-", dir="/var/tmp")
    os.environ |= {"SSJ_DATA": base, "SSJ_TEST": "0"}
    try:
        with demo() as port, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            address = f"http://127.0.0.1:{port}"
            password = password_of_the_demo(Path(base))
            bad = [row[0] for row in rows if not take(browser, address, row, password)]
            browser.close()
    finally:
        stop_servers()
        shutil.rmtree(base, ignore_errors=True)
    if bad:
        print(f"没有拍成：{'、'.join(bad)}。")
    return int(bool(bad))


def password_of_the_demo(base: Path) -> str:
    """As the demo prints it for a visitor: 演示账号（密码都是 …）."""
    found = re.search(r"密码都是 (\S+?)）", (base / "data" / "accounts.txt").read_text("utf-8"))
    if found is None:
        sys.exit("演示账号列表里没有密码：请检查 manage.py demo_accounts 的输出。")
    return found[1]


def take(browser: Browser, address: str, row: list[str], password: str) -> bool:
    name, account, path, click, width = row
    context = browser.new_context(
        viewport={"width": int(width), "height": 900 if int(width) > 500 else 844},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        device_scale_factor=1.5,
    )
    page = context.new_page()
    try:
        if account != NOBODY:
            sign_in(page, address, account, password)
        answer = page.goto(address + path)
        if click:
            with page.expect_navigation() as navigation:
                page.get_by_role("link", name=click).first.click()
            answer = navigation.value
        page.screenshot(path=FOLDER / f"{name}.png", full_page=False)
        status = answer.status if answer else 0
        print(f"{name}: {status} {page.url.removeprefix(address)}")
        return status == 200
    finally:
        context.close()


def sign_in(page: Page, address: str, account: str, password: str) -> None:
    page.goto(f"{address}/desk/login/")
    page.fill("[name=username]", account)
    page.fill("[name=password]", password)
    page.click("main button.btn-primary")
    page.wait_for_url(lambda url: "/login" not in url, timeout=10_000)


if __name__ == "__main__":
    sys.exit(main())

"""Takes the README's pictures: docs/pictures.tsv names each page, who sees it and how wide the window is.

A freshly seeded demo with data of its own is served for it, so that the pictures show what a first visitor
sees. ``steps`` lead on from the path, for pages whose address holds a number: texts of links or buttons to press,
in order, with `` > `` between; ``+roster`` sends a roster of 500 rows through the upload form; ``#text`` scrolls
there. Pictures are reduced to a palette, so that the repository stays small. Arguments name some of the pictures.
Ends with 1 when a page did not answer 200.
"""

import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, Response, sync_playwright  # noqa: E402
from playwright.sync_api import Error as PlaywrightError  # noqa: E402

from registry.demo.workbook import roster_workbook  # noqa: E402
from scripts.faults import demo, stop_servers  # noqa: E402

TABLE = ROOT / "docs" / "pictures.tsv"
FOLDER = ROOT / "docs" / "pictures"
NOBODY = "-"
COLOURS = 256
SCALE = 1.25


def main() -> int:
    program = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if program is None:
        print("没有 chromium：请先运行 sudo apt-get install chromium。")
        return 1
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()[1:]]
    if chosen := sys.argv[1:]:
        rows = [row for row in rows if row[0] in chosen]
    FOLDER.mkdir(parents=True, exist_ok=True)
    base = tempfile.mkdtemp(prefix="ssj-pictures-", dir="/var/tmp")
    os.environ |= {"SSJ_DATA": base, "SSJ_TEST": "0", "MEDIA_ROOT": f"{base}/media"}
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
    name, account, path, steps, width = row
    context = browser.new_context(
        viewport={"width": int(width), "height": 800 if int(width) > 500 else 844},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        device_scale_factor=SCALE,
    )
    page = context.new_page()
    try:
        if account != NOBODY:
            sign_in(page, address, account, password)
        answers = {page.goto(address + path)}
        page.on("response", lambda answer: answers.add(answer) if is_page(answer) else None)
        for step in filter(None, steps.split(" > ")):
            press(page, step)
        page.wait_for_load_state("networkidle")
        save(page.screenshot(full_page=False), FOLDER / f"{name}.png")
        print(f"{name}: {page.url.removeprefix(address)}", flush=True)
        return all(answer is not None and answer.status < 400 for answer in answers)
    except PlaywrightError as error:
        print(f"{name}: {page.url.removeprefix(address)} {str(error).splitlines()[0]}", flush=True)
        return False
    finally:
        context.close()


def is_page(answer: Response) -> bool:
    return answer.request.is_navigation_request()


def press(page: Page, step: str) -> None:
    """One step of the table."""
    if step.startswith("#"):
        page.get_by_text(step[1:]).first.evaluate("found => found.scrollIntoView()")
    elif step == "+roster":
        with tempfile.TemporaryDirectory() as folder:
            book = roster_workbook(Path(folder) / "检查对象名录2026.xlsx", 500, skip=250).path
            page.set_input_files("input[type=file]", book)
            page.click("main button.btn-primary")
        page.locator("main .job a.btn-primary").click(
            timeout=60_000
        )  # appears when the rows are read
        page.wait_for_load_state()
    else:
        link = page.locator("a, button, summary").filter(has_text=step).locator("visible=true")
        link.first.click()
        page.wait_for_load_state()


def save(shot: bytes, path: Path) -> None:
    with Image.open(io.BytesIO(shot)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def sign_in(page: Page, address: str, account: str, password: str) -> None:
    page.goto(f"{address}/desk/login/")
    page.fill("[name=username]", account)
    page.fill("[name=password]", password)
    page.click("main button.btn-primary")
    page.wait_for_url(lambda url: "/login" not in url, timeout=10_000)


if __name__ == "__main__":
    sys.exit(main())

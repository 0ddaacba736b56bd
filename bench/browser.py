#!/usr/bin/env python3
"""The browser's verifier in a worker of Chromium, from the bytes of the files to the verdict, beside hashing alone.

The floor is the same SHA-256 over the N ticket texts in the same browser, keeping nothing; the verifier also reads
and checks every line of the lists, sorts, and compares the result. The target: 100,000 candidates in 5 s.

usage: bench/browser.py [N …]        the fastest of 3 runs each
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser.running import CHROMIUM
from tests.browser.served import Answer, chromium, served
from tests.lottery.folders import made

TARGET = 5.0
STRATUM = "采矿权人"
FLOOR = """ids => {
  const began = performance.now();
  const ticketOf = ssj1.ticketsFor("entity", "5".repeat(64), "采矿权人");
  for (let i = 0; i < ids; i++) { ticketOf("91990000MA" + String(i).padStart(8, "0")); }
  return performance.now() - began;
}"""
VERIFY = """async names => {
  const files = [];
  for (const path of names) { files.push({ path, bytes: await (await fetch("/files/" + path)).arrayBuffer() }); }
  const worker = new Worker("/static/js/verify_worker.js");
  const began = performance.now();
  const line = await new Promise((give) => {
    worker.onmessage = (event) => { if (event.data.verdict) { give(event.data.verdict.line); } };
    worker.postMessage({ number: 1, files }, files.map((file) => file.bytes));
  });
  const took = performance.now() - began;
  worker.terminate();
  return [line, took];
}"""


def main(sizes: list[int]) -> int:
    if CHROMIUM is None:
        print("no Chromium on this machine: not measured")
        return 0
    print(f"{'candidates':>12} {'floor s':>9} {'verify s':>9} {'verify/floor':>13}")
    return max([measure(size) for size in sizes])


def measure(size: int) -> int:
    lines = "".join(f"91990000MA{i:08d}\t{STRATUM}\n" for i in range(size))
    files = made(lists={"candidates": lines}, stratum=f"{STRATUM}\t{size // 20}\t0")
    plain = {"Content-Type": "application/octet-stream"}
    pages = {f"/files/{name}": Answer(plain, content) for name, content in files.items()}
    with served(pages) as address, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{address}/blank")
        page.add_script_tag(url="/static/js/ssj1.js")
        floor = min(page.evaluate(FLOOR, size) for _ in range(3)) / 1000
        runs = [page.evaluate(VERIFY, list(files)) for _ in range(3)]
    wrong = [line for line, _ in runs if line != "VERIFIED"]
    took = min(milliseconds for _, milliseconds in runs) / 1000
    said = wrong[0] if wrong else "" if size > 100_000 or took < TARGET else f"above {TARGET} s"
    print(f"{size:>12,} {floor:>9.3f} {took:>9.3f} {took / floor:>13.2f}  {said}")
    return int(bool(said))


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1:]] or [100_000, 1_000_000]))

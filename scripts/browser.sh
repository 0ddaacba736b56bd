#!/usr/bin/env bash
# The browser tests drive Debian's chromium. Root gets it by apt; without it those tests are left out.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v "${CHROMIUM:-chromium}" >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "正在安装 chromium（浏览器测试用，仅首次需要）……" >&2
  scripts/apt.sh chromium && exit 0
fi
echo "没有 chromium：浏览器测试将跳过。要运行它们，请执行 sudo apt-get install chromium。" >&2

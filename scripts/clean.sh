#!/usr/bin/env bash
# Removes everything that this checkout made on this machine, the demo's data too.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${YES:-}" != 1 ]; then
  read -r -p "将删除 .venv、缓存以及本目录的全部演示数据，无法恢复。继续请输入 yes：" answer || answer=
  [ "$answer" = yes ] || { echo "没有删除任何内容。"; exit 1; }
fi
if [ -x .venv/bin/python ]; then
  .venv/bin/python -m config.embedded stop >/dev/null || true
  .venv/bin/python -m config.embedded stop --test >/dev/null || true
  data="$(.venv/bin/python -m config.embedded where 2>/dev/null || true)"
  case "$data" in
    "") ;; # never set up far enough to have any
    "$(pwd)/.local" | /var/tmp/ssj-*) rm -rf "$data" ;;
    *) echo "SSJ_DATA 指定的 $data 没有删除，如不再需要请自行删除。" ;;
  esac
fi
rm -rf .venv .local .ruff_cache .mypy_cache .hypothesis .import_linter_cache
find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
echo "已清理。"

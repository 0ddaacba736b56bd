#!/usr/bin/env bash
# Creates .venv with the pinned requirements. A stamp lets the next start skip all of it.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

if ! { mkdir -p .local && [ -w .local ]; } 2>/dev/null; then
  say "无法写入 $(pwd)：请在自己有写权限的目录里克隆本项目后再运行。"
  exit 1
fi
chmod 711 .local

wanted="$(cat requirements.txt requirements-dev.txt | sha256sum | cut -d' ' -f1) $(pwd)"
is_ready() {
  [ -x .venv/bin/python ] && [ "$(cat .venv/.ready 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null
}
is_ready && exit 0
exec 9>.local/setup.lock
flock 9 # two starts at once: the second waits and finds it done
is_ready && exit 0

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null &&
      "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  say "没有找到 Python 3.11–3.13：请先安装（Debian 12：apt-get install python3），或用 PYTHON= 指定解释器。"
  exit 1
}

python="$(find_python)"
if [ -f .venv/.ready ] && [ "$(cut -d' ' -f2- .venv/.ready)" != "$(pwd)" ]; then
  rm -rf .venv # the folder was moved: the scripts inside name the old place
fi
if ! .venv/bin/python -c '' 2>/dev/null; then
  rm -rf .venv
  say "正在建立 .venv（$("$python" --version)）……"
  if command -v uv >/dev/null; then
    uv venv -q --python "$python" .venv
  else
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
      if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        scripts/apt.sh python3-venv || true
      fi
      if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        say "缺少 python3-venv：请先运行 sudo apt-get install python3-venv，再重新执行本命令。"
        exit 1
      fi
    fi
    "$python" -m venv .venv
  fi
fi

say "正在安装依赖（版本全部固定，仅首次需要）……"
if command -v uv >/dev/null; then
  installer=(uv pip install -q --python .venv/bin/python)
else
  installer=(.venv/bin/python -m pip install -q --disable-pip-version-check --root-user-action=ignore)
fi
if ! "${installer[@]}" -r requirements-dev.txt; then
  say "依赖没有装全：请检查到软件源的网络（或 pip 的镜像设置）后重新执行，已下载的不会重下。"
  exit 1
fi
echo "$wanted" >.venv/.ready

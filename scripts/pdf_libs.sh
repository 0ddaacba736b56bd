#!/usr/bin/env bash
# What PDFs need: Pango and HarfBuzz for WeasyPrint, a 仿宋 and the Noto CJK fonts.
#
# Root installs them with apt. Others get the same Debian packages unpacked into .local/pdf (config/native.py
# makes them known to our processes). Where neither works the app runs without PDFs and says so.
# libharfbuzz-subset0 is no luxury: without it a page takes 16 s instead of 0.3 s, silently.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk)
libraries=(libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz-subset.so.0 libgobject-2.0.so.0 libfontconfig.so.1)
local_root=.local/pdf
noto=usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc
fandol=usr/share/texlive/texmf-dist/fonts/opentype/public/fandol
fonts=(FandolFang-Regular.otf FandolKai-Regular.otf)
hint="请运行 sudo apt-get install ${packages[*]}"

say() { printf '%s\n' "$*" >&2; }

system_has_libraries() {
  local known name
  known="$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)"
  for name in "${libraries[@]}"; do [[ $known == *"$name"* ]] || return 1; done
}
local_has_libraries() {
  local name
  for name in "${libraries[@]}"; do
    compgen -G "$local_root/usr/lib/*/$name" >/dev/null || return 1
  done
}
has_noto() { [ -e "/$noto" ] || [ -e "$local_root/$noto" ]; }
has_fandol() {
  local font
  for font in "${fonts[@]}"; do [ -s ".local/fonts/$font" ] || return 1; done
}
complete() { { system_has_libraries || local_has_libraries; } && has_noto && has_fandol; }

complete && exit 0
mkdir -p .local/fonts
exec 9>.local/pdf.lock
flock 9
complete && exit 0

if ! command -v apt-get >/dev/null; then
  if ! { system_has_libraries && has_noto; }; then
    say "PDF 暂不可用：本机没有 apt，请按发行版的方式安装 Pango、HarfBuzz（含 subset）和 Noto CJK 字体。"
  fi
  exit 0
fi
# A fetch that failed is tried again after a day, not at every start; PDF_LIBS=retry tries at once.
if [ "${PDF_LIBS:-}" != retry ] && [ -n "$(find .local/pdf-failed -mtime -1 2>/dev/null)" ]; then
  cat .local/pdf-failed >&2
  exit 0
fi
rm -f .local/pdf-failed
failed() { printf '%s\n' "$*" | tee .local/pdf-failed >&2; }

work="$(mktemp -d "${TMPDIR:-/tmp}/ssj-pdf.XXXXXX")"
trap 'rm -rf "$work"' EXIT

# apt with lists of its own when the machine has none and we may not refresh them.
apt_options=()
own_lists() {
  mkdir -p "$work"/state/lists/partial "$work"/cache/archives/partial
  apt_options=(-o "Dir::State=$work/state" -o "Dir::Cache=$work/cache" -o Dir::State::status=/var/lib/dpkg/status
    -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)")
  apt-get "${apt_options[@]}" update >"$work/log" 2>&1
}
fetch() { # into $work/debs; the package names given
  mkdir -p "$work/debs"
  (cd "$work/debs" && apt-get "${apt_options[@]}" -o APT::Sandbox::User="$(id -un)" download "$@" >"$work/log" 2>&1)
}
fetch_or_refresh() {
  fetch "$@" && return 0
  [ ${#apt_options[@]} = 0 ] || return 1
  own_lists && fetch "$@"
}

if ! { { system_has_libraries || local_has_libraries; } && has_noto; }; then
  say "正在准备 PDF 所需的库和字体（仅首次需要）……"
  if [ "$(id -u)" = 0 ]; then
    scripts/apt.sh "${packages[@]}" || failed "PDF 暂不可用：apt 安装失败，$hint 后重新启动。"
  else
    # Only what the machine lacks, with everything that needs in turn.
    needed() { apt-get "${apt_options[@]}" -s -y --no-install-recommends install "${packages[@]}" 2>/dev/null | sed -n 's/^Inst \([^ ]*\).*/\1/p'; }
    names="$(needed || true)"
    if [ -z "$names" ] && own_lists; then names="$(needed || true)"; fi
    # shellcheck disable=SC2086
    if [ -n "$names" ] && fetch_or_refresh $names; then
      mkdir -p "$work/root"
      for package in "$work"/debs/*.deb; do dpkg -x "$package" "$work/root"; done
      if [ -d "$work/root/lib" ]; then cp -a "$work/root/lib/." "$work/root/usr/lib/"; fi
      rm -rf "$local_root"
      mkdir -p "$local_root/usr/share"
      cp -a "$work/root/usr/lib" "$local_root/usr/lib"
      if [ -d "$work/root/usr/share/fonts" ]; then cp -a "$work/root/usr/share/fonts" "$local_root/usr/share/fonts"; fi
      if [ -d "$work/root/etc/fonts" ]; then mkdir -p "$local_root/etc" && cp -a "$work/root/etc/fonts" "$local_root/etc/fonts"; fi
    fi
    { system_has_libraries || local_has_libraries; } || failed "PDF 暂不可用：库没有取到，$hint 后重新启动。"
  fi
fi

if ! has_fandol; then
  say "正在取得公文正文用的仿宋字体（约 50 MB，仅首次需要）……"
  rm -rf "$work/debs"
  if fetch_or_refresh texlive-lang-chinese; then
    for font in "${fonts[@]}"; do
      dpkg-deb --fsys-tarfile "$work"/debs/texlive-lang-chinese_*.deb | tar -xO "./$fandol/$font" >"$work/$font"
      mv "$work/$font" ".local/fonts/$font"
    done
  else
    say "没有取到 FandolFang 仿宋：PDF 正文暂用 Noto 宋体；可把本单位的仿宋字体文件放进 .local/fonts。"
  fi
fi

#!/usr/bin/env bash
# As root: apt-get install of what is named, quietly; refreshes the package lists only when needed.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
log="${TMPDIR:-/tmp}/ssj-apt.$$.log"
trap 'rm -f "$log"' EXIT
install() { apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1; }
if install "$@"; then exit 0; fi
if { apt-get update -o DPkg::Lock::Timeout=120 && install "$@"; } >>"$log" 2>&1; then exit 0; fi
tail -n 3 "$log" >&2
exit 1

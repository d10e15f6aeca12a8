#!/bin/sh
# Sees to it that a Chromium and a Chinese font are on this machine: the road tests drive the one and photograph the other.
# CHROMIUM names a browser of one's own. Where none is found, Debian's is installed by apt-get.
set -eu

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

has_browser() {
  if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] || { echo "CHROMIUM names $CHROMIUM, which cannot be run" >&2; exit 1; }
    return 0
  fi
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

has_chinese_font() {
  command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh family | head -n 1)" ]
}

missing=
has_browser || missing="chromium"
has_chinese_font || missing="$missing fonts-noto-cjk fontconfig"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "The road tests need:$missing. Install a Chromium (or name one in CHROMIUM) and a Chinese font." >&2
  exit 1
fi
echo "Not found on this machine, so installing by apt-get:" $missing
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null

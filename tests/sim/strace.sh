#!/bin/sh
# Sees to it that strace is on this machine, and the tools of file systems: servers are killed at a chosen write, and disks cut off.
# Where they cannot be had, servers are killed at random moments and no disk is cut, and the header of the tests says so.
set -eu

missing=
command -v strace >/dev/null 2>&1 || missing="strace"
command -v mkfs.xfs >/dev/null 2>&1 || [ -x /usr/sbin/mkfs.xfs ] || missing="$missing xfsprogs"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Not found on this machine, so installing by apt-get:" $missing
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null || true
fi

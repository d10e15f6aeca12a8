#!/bin/sh
# Sees to it that PostgreSQL's programs are on this machine: the server's tests run on both stores. Root installs Debian's package.
# Where they cannot be had the tests run on SQLite alone, and this says so.
set -eu

for initdb in /usr/lib/postgresql/*/bin/initdb; do
  if [ -x "$initdb" ]; then exit 0; fi
done
if command -v initdb >/dev/null 2>&1; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Not found on this machine, so installing by apt-get: postgresql"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
else
  echo "No PostgreSQL here (initdb): the server's tests run on SQLite alone. Install postgresql to run them on both." >&2
fi

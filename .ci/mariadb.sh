#!/usr/bin/env bash
# Installs MariaDB with apt if it is missing: only the server's program, so that no service is started.
set -euo pipefail

PATH="$PATH:/usr/sbin:/usr/local/sbin"
found() { command -v mariadbd && command -v mariadb-install-db && command -v my_print_defaults; } >/dev/null
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }

if ! found; then
  command -v apt-get >/dev/null || { echo 'neither MariaDB nor apt-get is installed' >&2; exit 1; }
  core=(mariadb-server-core mariadb-client-core)
  install "${core[@]}" || { as_root apt-get update -q && { install "${core[@]}" || install mariadb-server; }; }
fi
found && command -v mariadbd

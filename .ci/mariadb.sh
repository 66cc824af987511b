#!/usr/bin/env bash
# Installs a MariaDB by apt where there is none: the server's program alone, so that no service is started.
set -euo pipefail

PATH="$PATH:/usr/sbin:/usr/local/sbin"
found() { command -v mariadbd && command -v mariadb-install-db && command -v my_print_defaults; } >/dev/null
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }

if ! found; then
  command -v apt-get >/dev/null || { echo 'no MariaDB here, and no apt-get to install it' >&2; exit 1; }
  core=(mariadb-server-core mariadb-client-core)
  install "${core[@]}" || { as_root apt-get update -q && { install "${core[@]}" || install mariadb-server; }; }
fi
found && command -v mariadbd

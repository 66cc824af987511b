#!/usr/bin/env bash
# Installs RabbitMQ with apt if it is missing. The package may start a broker of its own, which the samples do not use.
set -euo pipefail

PATH="$PATH:/usr/sbin:/usr/local/sbin"
found() { command -v rabbitmq-server; } >/dev/null
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }

if ! found; then
  command -v apt-get >/dev/null || { echo 'neither RabbitMQ nor apt-get is installed' >&2; exit 1; }
  install rabbitmq-server || { as_root apt-get update -q && install rabbitmq-server; }
fi
found && command -v rabbitmq-server

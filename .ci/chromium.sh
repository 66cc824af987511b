#!/usr/bin/env bash
# Installs Chromium with apt if it is missing, with fonts for Chinese. The last line is the path of the program.
set -euo pipefail

found() { command -v chromium; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }

if ! found >/dev/null; then
  command -v apt-get >/dev/null || { echo 'neither Chromium nor apt-get is installed' >&2; exit 1; }
  packages=(chromium fonts-noto-cjk fonts-inter)
  install "${packages[@]}" || { as_root apt-get update -q && install "${packages[@]}"; }
fi
found

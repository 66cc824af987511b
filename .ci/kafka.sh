#!/usr/bin/env bash
# Builds the Kafka broker of the tests, test/backends/kafka, into the cache, and prints its path. Needs Go 1.26, which Go 1.21
# and newer download.
set -euo pipefail
cd "$(dirname "$0")/../test/backends/kafka"

binary="${XDG_CACHE_HOME:-$HOME/.cache}/fc-traced/kafka"
command -v go >/dev/null || { echo 'Go is not installed: install Go 1.26 or newer' >&2; exit 1; }
mkdir -p "$(dirname "$binary")"
go build -mod=readonly -trimpath -ldflags='-s -w' -o "$binary" . >&2
echo "$binary"

#!/usr/bin/env bash
# Builds Jaeger v2 (module v1.76.0) once per machine into the cache, and prints its path. Needs Go 1.24 or newer.
set -euo pipefail

version=v1.76.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/fc-traced/jaeger-$version"
binary="$folder/jaeger"

if [ ! -x "$binary" ]; then
  command -v go >/dev/null || { echo 'Go is not installed: install Go 1.24 or newer, or set JAEGER_BIN' >&2; exit 1; }
  mkdir -p "$folder"
  # Runs in the module's folder, so that its go.sum applies. Renamed at the end, so that no partial file is ever used.
  module=$(cd "$folder" && go mod download -json "github.com/jaegertracing/jaeger@$version" |
    sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
  (cd "$module" && nice -n 19 go build -mod=readonly -trimpath -ldflags='-s -w' -o "$binary.$$" ./cmd/jaeger) >&2
  mv "$binary.$$" "$binary"
fi
echo "$binary"

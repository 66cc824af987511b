#!/usr/bin/env bash
# Builds Jaeger v2 (module v1.76.0) into the cache, once a machine, and prints where it is. Needs Go 1.24 or newer.
set -euo pipefail

version=v1.76.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/fc-traced/jaeger-$version"
binary="$folder/jaeger"

if [ ! -x "$binary" ]; then
  command -v go >/dev/null || { echo 'no Go here, and no Jaeger in the cache: set JAEGER_BIN' >&2; exit 1; }
  mkdir -p "$folder"
  # Inside the module's own folder, so that its own go.sum serves. A half-written file never takes the final name.
  module=$(cd "$folder" && go mod download -json "github.com/jaegertracing/jaeger@$version" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
  (cd "$module" && nice -n 19 go build -mod=readonly -trimpath -ldflags='-s -w' -o "$binary.$$" ./cmd/jaeger) >&2
  mv "$binary.$$" "$binary"
fi
echo "$binary"

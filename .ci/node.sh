#!/usr/bin/env bash
# Prints the path of a Node.js of the given major version: the current one if it matches, else one that npm installs
# once into the cache.
set -euo pipefail

major=$1
if [ "$(node -p 'process.versions.node.split(".")[0]')" = "$major" ]; then
  node -p process.execPath
  exit
fi
folder="${XDG_CACHE_HOME:-$HOME/.cache}/fc-traced/node-$major"
binary="$folder/node_modules/node/bin/node"
if ! "$binary" --version >/dev/null 2>&1; then
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-save --no-audit --no-fund "node@$major" >&2
fi
"$binary" --version | grep -q "^v$major\." || { echo "there is no working Node.js $major in $folder" >&2; exit 1; }
echo "$binary"

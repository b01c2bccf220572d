#!/usr/bin/env bash
# Installs the Debian packages of the servers that the benchmark compares with, as far as this machine lets it. The
# benchmark leaves out what is missing, and says so.
set -euo pipefail

# Users other than root often lack /usr/sbin, where nginx is.
PATH=$PATH:/usr/sbin
missing=()
command -v nginx >/dev/null || missing+=(nginx)
[ -e /usr/lib/nginx/modules/ngx_nchan_module.so ] || missing+=(libnginx-mod-nchan)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v cc >/dev/null || missing+=(gcc libc6-dev)
[ ${#missing[@]} -gt 0 ] || exit 0

rig/install-packages.sh "${missing[@]}" ||
  echo "the benchmark compares with more once these are installed: ${missing[*]}" >&2

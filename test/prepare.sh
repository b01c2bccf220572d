#!/usr/bin/env bash
# Installs the Debian packages that the tests need besides npm packages, or names the missing ones.
set -euo pipefail

declare -A package_of=(
  [chromium]=chromium
  [curl]=curl
  [ip]=iproute2
  [nginx]=nginx
  [openssl]=openssl
  [python3]=python3
  [redis-server]=redis-server
  [strace]=strace
)

# Users other than root often lack /usr/sbin, where nginx is.
PATH=$PATH:/usr/sbin
missing=()
for command in "${!package_of[@]}"; do
  command -v "$command" >/dev/null || missing+=("${package_of[$command]}")
done
# CHROMIUM may name another browser of the family.
if [ -n "${CHROMIUM:-}" ]; then missing=("${missing[@]/chromium/}"); fi
read -ra missing <<<"${missing[*]:-}"
[ ${#missing[@]} -gt 0 ] || exit 0

if ! rig/install-packages.sh "${missing[@]}"; then
  echo "the tests need: ${missing[*]}" >&2
  echo "install them, on Debian or Ubuntu with: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi

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

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${missing[*]}"
  # The tests start servers of their own, so a package must not start one when it is installed.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "the tests need: ${missing[*]}" >&2
  echo "install them, on Debian or Ubuntu with: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi

#!/usr/bin/env bash
# Installs the Debian packages that lists name: one a line, '#' begins a comment. NAME:ARCHITECTURE stands for a package of
# another architecture than the machine's; apt is told of that one first.
#
#   tools/install-packages.sh LIST...            installs what is missing; does not call apt when nothing is
#   tools/install-packages.sh --check LIST...    installs nothing; names what is missing, if anything is
#
# RETRY_SECONDS (default 5) lies between the three attempts that a flaky network is given.
# ETALON_SKIP_PACKAGES=1 does nothing at all, for a machine where everything was installed in another way.
set -euo pipefail

say() { echo "install-packages: $*" >&2; }
fail() {
  for line in "$@"; do say "$line"; done
  exit 1
}

names_in() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@" | sort -u; }

# Those of the given names that are not fully installed; a name without an architecture is the machine's own.
missing_of() {
  local own installed
  own=$(dpkg --print-architecture)
  installed=$(dpkg-query -W -f='${Package} ${Architecture} ${db:Status-Status}\n' 2> /dev/null |
    awk -v own="$own" '$3 == "installed" { print $1 ":" $2; if ($2 == own || $2 == "all") print $1 }' | sort -u)
  comm -23 <(printf '%s\n' "$@" | sort -u) <(echo "$installed")
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

three_times() {
  local attempt
  for attempt in 1 2 3; do
    "$@" && return 0
    [[ $attempt == 3 ]] || { say "attempt $attempt failed, trying again"; sleep "${RETRY_SECONDS:-5}"; }
  done
  return 1
}

require_means() {
  if ! command -v apt-get > /dev/null; then
    fail "apt-get was not found; missing: $1" "hint: install them by hand"
  elif [[ $(id -u) != 0 ]] && ! command -v sudo > /dev/null; then
    fail "missing: $1" "hint: you are not root and sudo was not found; as root run: apt-get install --no-install-recommends $1"
  fi
}

# Makes apt look for packages of the architectures that names end in.
add_architectures() {
  local architecture
  for architecture in $(printf '%s\n' "$@" | sed -n 's/.*://p' | sort -u); do
    grep -qx "$architecture" <(dpkg --print-architecture; dpkg --print-foreign-architectures) && continue
    say "adding the architecture $architecture"
    as_root dpkg --add-architecture "$architecture" || fail "dpkg could not add the architecture $architecture"
  done
}

install() {
  local unknown=()
  add_architectures "$@"
  three_times apt_get update || say "apt-get update failed; going on with the lists that are there"
  for name in "$@"; do
    apt-cache show "$name" > /dev/null 2>&1 || unknown+=("$name")
  done
  [[ ${#unknown[@]} == 0 ]] ||
    fail "apt knows no package: ${unknown[*]}" "hint: the lists are for Debian 12; is the network up, and 'main' among apt's sources?"
  three_times apt_get install --no-install-recommends -y "$@" ||
    fail "apt-get could not install: $*" "hint: its own message stands above"
}

main() {
  local check=no names missing
  [[ ${ETALON_SKIP_PACKAGES:-} != 1 ]] || return 0
  [[ ${1:-} != --check ]] || { check=yes; shift; }
  [[ $# -gt 0 ]] || fail "received no list, expected the path of one" "hint: tools/install-packages.sh packages.txt"
  for list in "$@"; do [[ -r $list ]] || fail "$list: received a path that cannot be read, expected a list of packages"; done
  mapfile -t names < <(names_in "$@")
  [[ ${#names[@]} -gt 0 ]] || return 0
  command -v dpkg-query > /dev/null ||
    fail "this is no Debian machine (dpkg-query was not found), and the packages of $* are Debian's" \
      "hint: install their like by hand, then run the same command with ETALON_SKIP_PACKAGES=1"
  mapfile -t missing < <(missing_of "${names[@]}")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  [[ $check == no ]] || fail "missing: ${missing[*]}" "hint: 'make packages' installs them"
  require_means "${missing[*]}"
  say "installing ${missing[*]}"
  install "${missing[@]}"
  mapfile -t missing < <(missing_of "${names[@]}")
  [[ ${#missing[@]} == 0 ]] || fail "still missing after apt-get install: ${missing[*]}"
}

main "$@"

#!/usr/bin/env bash
# Writes what the program says now into the golden files, and shows what changed: read it before it is committed.
#
#   tools/approve.sh           runs every test but the slow ones with ETALON_APPROVE=1
#   tools/approve.sh REGEX     only the tests whose names match
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --log-level=WARNING --preset dev
cmake --build --preset dev
ETALON_APPROVE=1 ctest --preset dev --tests-regex "${1:-.}"
git --no-pager diff --stat -- tests
git status --short -- tests

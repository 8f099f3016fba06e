#!/usr/bin/env bash
# Lets every fuzzer of a build search for so many seconds; ends with an error at the first input that breaks something.
#
#   fuzz/run.sh BUILD SECONDS    what they learn is kept in BUILD/corpus, an input that breaks something in BUILD/found
set -euo pipefail

build=$1 seconds=$2
cd "$(dirname "$0")/.."
declare -A longest=([kernels]=64 [readers]=8192)  # bytes of an input
for target in kernels readers; do
  corpus=$build/corpus/$target found=$build/found/$target
  mkdir -p "$corpus" "$found"
  seeds=()
  [[ ! -d fuzz/seeds/$target ]] || seeds=("fuzz/seeds/$target")
  echo "fuzz_$target, $seconds seconds"
  UBSAN_OPTIONS=print_stacktrace=1 "$build/fuzz_$target" -max_total_time="$seconds" -timeout=25 -max_len="${longest[$target]}" \
    -len_control=0 -print_final_stats=1 -verbosity=0 -artifact_prefix="$found/" "$corpus" 2>&1 |
    grep -vE '^INFO|NEW_FUNC|^###|# Uses:' || {
      echo "fuzz_$target: the input lies in $found; run '$build/fuzz_$target INPUT' to see it break" >&2
      exit 1
    }
done

#!/usr/bin/env bash
# Training speed of Etalon beside PyTorch: process against process on one core, in interleaved runs.
#
#   bench/run.sh BUILD [ROUNDS] [SECONDS]     BUILD is the folder of the preset `bench`; 5 rounds of 3 seconds
#
# Prints the median of each side and their ratio. PyTorch is left out, and said to be, where it is not installed.
set -euo pipefail
build=${1:?"received no build folder, expected one: bench/run.sh build/bench"} rounds=${2:-5} seconds=${3:-3}
here=$(dirname "$0")
core=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')

# The number before "samples/s" or "trial-samples/s".
speed_of() { taskset -c "$core" "$@" | sed -n 's/.*: \([0-9]*\) [a-z-]*samples\/s.*/\1/p'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
# Debian's PyTorch belongs to /usr/bin/python3, which need not be the first on the PATH.
python=""
for candidate in python3 /usr/bin/python3; do
  [[ -n $python ]] || ! "$candidate" -c 'import torch' 2> /dev/null || python=$candidate
done
[[ -n $python ]] || echo "PyTorch is not installed: left out"
echo "processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), core $core, $rounds rounds of $seconds s"

for network in lenet5 vgg-small; do
  etalon=() pytorch=()
  for _ in $(seq "$rounds"); do
    etalon+=("$(speed_of "$build/training_speed" "$network" 0 "$seconds")")
    [[ -z $python ]] || pytorch+=("$(speed_of "$python" "$here/pytorch_speed.py" "$network" "$seconds")")
  done
  ours=$(printf '%s\n' "${etalon[@]}" | median)
  line="$network, trial-samples per second: etalon $ours"
  if [[ -n $python ]]; then
    theirs=$(printf '%s\n' "${pytorch[@]}" | median)
    line+=", PyTorch $theirs, $(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.1f", a / b }') times"
  fi
  echo "$line"
done

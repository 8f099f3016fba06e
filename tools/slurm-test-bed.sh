#!/usr/bin/env bash
# A real Slurm on this machine alone: munged, slurmctld and one slurmd a node, for tests and for trying things. Everything
# it makes lies in one folder, every address is 127.0.0.1, and it needs neither systemd nor cgroups.
#
#   tools/slurm-test-bed.sh start FOLDER     starts it; prints the line that makes sbatch, squeue and scancel find it
#   tools/slurm-test-bed.sh stop FOLDER      cancels its jobs and ends its three kinds of daemons; the folder stays
#   tools/slurm-test-bed.sh status FOLDER    prints nodes and jobs; exit code 1 where it does not run
#
# NODES (default 2) nodes with CPUS (default 4) processors each are pretended, whatever the machine has. Two partitions:
# `low` (the default), whose jobs are requeued when one in `high` wants their place. PORT (default: free ones) is the first of
# NODES + 1 ports. Packages: tools/packages-slurm.txt
set -euo pipefail

say() { echo "slurm-test-bed: $*" >&2; }
fail() {
  for line in "$@"; do say "$line"; done
  exit 1
}

require_programs() {
  local program
  for program in munged slurmctld slurmd scontrol; do
    command -v "$program" > /dev/null || fail "$program was not found" \
      "hint: tools/install-packages.sh tools/packages-slurm.txt; on Debian it lies in /usr/sbin"
  done
}

# The first of NODES + 1 ports in a row that nobody listens at.
free_ports() {
  local first port
  for first in $(seq 16817 20 26000 | shuf); do
    for port in $(seq "$first" $((first + nodes))); do
      ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || continue 2
    done
    echo "$first"
    return
  done
  fail "no free ports between 16817 and 26000"
}

write_configuration() {
  local port=${PORT:-$(free_ports)} node
  cat > "$folder/slurm.conf" << END
# Made by tools/slurm-test-bed.sh
ClusterName=test-bed
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
CommunicationParameters=NoInAddrAny
SlurmUser=$(id -un)
SlurmdUser=$(id -un)

AuthType=auth/munge
CredType=cred/munge
# cred_expire: so many seconds a requeued job waits before it starts again
AuthInfo=socket=$folder/munge.socket,cred_expire=5

StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log

# no cgroups, no systemd, no accounting, no mail
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
SlurmdParameters=config_overrides

SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=1,sched_interval=2,sched_min_interval=0,bf_interval=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1

# everything soon
KillWait=10
InactiveLimit=0
MinJobAge=300
SlurmctldTimeout=30
SlurmdTimeout=30
MessageTimeout=20

END
  for node in $(seq "$nodes"); do
    echo "NodeName=node$node NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + node)) CPUs=$cpus RealMemory=4096"
  done >> "$folder/slurm.conf"
  cat >> "$folder/slurm.conf" << END
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 PreemptMode=REQUEUE MaxTime=INFINITE State=UP
PartitionName=high Nodes=ALL PriorityTier=10 MaxTime=INFINITE State=UP
END
}

# The process that a pid file of the folder names, if it runs and is that daemon: a pid alone may be another's by now.
running() {
  local file=$1 program=$2 pid
  pid=$(cat "$file" 2> /dev/null) || return 1
  [[ -n $pid && $(cat "/proc/$pid/comm" 2> /dev/null) == "$program"* ]] && echo "$pid"
}

# Waits up to 30 seconds for a command to succeed.
until_it_works() {
  local what=$1 log=$2 deadline=$((SECONDS + 30))
  shift 2
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "$what did not start within 30 seconds; its log ends:" "$(tail -n 5 "$log" 2>&1)"
    sleep 0.2
  done
}

start_munge() {
  local key=$folder/munge.key
  [[ -s $key ]] || (umask 077 && head -c 1024 /dev/urandom > "$key")
  munged --force --key-file="$key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munge.seed" --num-threads=2
  until_it_works munged "$folder/munged.log" munge --no-input --socket="$folder/munge.socket"
}

nodes_are_ready() {
  [[ $(sinfo --noheader --Node --partition=low --format='%T' | grep -c '^idle$') == "$nodes" ]]
}

start() {
  local node
  require_programs
  ! running "$folder/slurmctld.pid" slurmctld > /dev/null || fail "it runs already in $folder" "hint: stop it first"
  mkdir -p "$folder/state"
  write_configuration
  start_munge
  slurmctld
  until_it_works slurmctld "$folder/slurmctld.log" scontrol ping
  for node in $(seq "$nodes"); do
    mkdir -p "$folder/spool-node$node"
    slurmd -N "node$node"
  done
  until_it_works "a slurmd" "$folder/slurmd-node1.log" nodes_are_ready
  echo "export SLURM_CONF=$SLURM_CONF"
}

end() {
  local pid
  pid=$(running "$1" "$2") || return 0
  kill "$pid"
  for _ in $(seq 100); do
    [[ -d /proc/$pid ]] || return 0
    sleep 0.1
  done
  say "$2 did not end within 10 seconds; killing it"
  kill -KILL "$pid"
}

jobs_are_gone() { [[ -z $(squeue --noheader) ]]; }

stop() {
  local file
  if running "$folder/slurmctld.pid" slurmctld > /dev/null; then
    scancel --user="$(id -un)" 2> /dev/null || true
    until_it_works "the end of its jobs" "$folder/slurmctld.log" jobs_are_gone
  fi
  for file in "$folder"/slurmd-*.pid; do end "$file" slurmd; done
  end "$folder/slurmctld.pid" slurmctld
  end "$folder/munged.pid" munged
}

status() {
  running "$folder/slurmctld.pid" slurmctld > /dev/null || fail "it does not run in $folder"
  sinfo
  squeue
}

main() {
  [[ $# == 2 && $1 =~ ^(start|stop|status)$ ]] || fail "received '$*', expected start, stop or status, and a folder" \
    "hint: tools/slurm-test-bed.sh start /tmp/test-bed"
  [[ $1 == start ]] && mkdir -p "$2"
  [[ -d $2 ]] || fail "$2: received no folder, expected one that 'start' made"
  folder=$(cd "$2" && pwd)
  nodes=${NODES:-2}
  cpus=${CPUS:-4}
  export SLURM_CONF=$folder/slurm.conf
  "$1"
}

main "$@"

#!/usr/bin/env bash
# A PostgreSQL server of one's own, for tests and for trying things. It lives in one folder, listens on a Unix socket there
# (with --port on 127.0.0.1 too), and asks for no password. As root it runs as user 'postgres' or 'nobody', since PostgreSQL
# refuses to be root.
#
#   tools/postgresql-server.sh run COMMAND...               starts one, runs the command with its address in
#                                                           ETALON_TEST_POSTGRESQL, stops and removes it
#   tools/postgresql-server.sh make [--port PORT] FOLDER    makes it, with an empty database 'etalon'; prints its address
#   tools/postgresql-server.sh start FOLDER [PID]           starts it; with PID it goes, folder and all, when that process ends
#   tools/postgresql-server.sh stop FOLDER [fast|immediate|smart]
#   tools/postgresql-server.sh address FOLDER
#   tools/postgresql-server.sh remove FOLDER                stops it and removes the folder
#   tools/postgresql-server.sh find                         names the folder of its programs
#
# The programs are those of the newest version below /usr/lib/postgresql, or of ETALON_POSTGRESQL_BIN. Exit status 3: there are none.
set -euo pipefail

fail() {
  echo "postgresql-server: $1" >&2
  exit "${2:-1}"
}

find_programs() {
  bin=${ETALON_POSTGRESQL_BIN:-}
  [[ -n $bin ]] || bin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -n 1)
  [[ -x $bin/initdb && -x $bin/postgres ]] ||
    fail "received no initdb and postgres in '${bin:-/usr/lib/postgresql/*/bin}', expected a PostgreSQL server (Debian: postgresql-15)" 3
}

# Runs a command as whoever the server runs as.
as_server() {
  if [[ $(id -u) != 0 ]]; then "$@"; else setpriv --reuid="$server_user" --regid="$server_group" --clear-groups env HOME=/ "$@"; fi
}

find_user() {
  [[ $(id -u) == 0 ]] || return 0
  server_user=postgres
  id -u postgres > /dev/null 2>&1 || server_user=nobody
  server_group=$(id -g "$server_user")
}

make_server() {
  local port=
  [[ ${1:-} != --port ]] || { port=$2; shift 2; }
  local folder=$1
  mkdir -p "$folder"
  [[ -z $(ls -A "$folder") ]] || fail "$folder: received a folder with something in it, expected an empty one"
  mkdir "$folder/socket"
  cat /proc/sys/kernel/random/uuid > "$folder/name"
  [[ $(id -u) != 0 ]] || chown -R "$server_user:$server_group" "$folder"
  chmod 755 "$folder"
  (cd / && as_server "$bin/initdb" --pgdata="$folder/data" --username=etalon --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --no-sync > /dev/null) || fail "$folder: initdb failed"
  {
    echo "unix_socket_directories = '$folder/socket'"
    if [[ -n $port ]]; then echo "listen_addresses = '127.0.0.1'"; echo "port = $port"; else echo "listen_addresses = ''"; fi
  } >> "$folder/data/postgresql.conf"
  start_server "$folder"
  "$bin/psql" --quiet --no-psqlrc --command='CREATE DATABASE etalon' "$(address_of "$folder" postgres)"
  stop_server "$folder"
  address_of "$folder"
}

# address_of FOLDER [DATABASE]
address_of() {
  echo "postgresql://etalon@/${2:-etalon}?host=$1/socket&port=$(sed -n 's/^port = //p' "$1/data/postgresql.conf" | grep . || echo 5432)"
}

start_server() {
  local folder=$1 process=${2:-}
  (cd / && as_server "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/data/log" --wait --timeout=60 --silent start > /dev/null 2>&1 < /dev/null) ||
    { tail -n 20 "$folder/data/log" >&2; fail "$folder: the server did not start"; }
  if [[ -n $process ]]; then
    setsid "$0" watch "$folder" "$process" > /dev/null 2>&1 < /dev/null &
  fi
}

stop_server() {
  [[ -e $1/data/postmaster.pid ]] || return 0
  (cd / && as_server "$bin/pg_ctl" --pgdata="$1/data" --mode="${2:-fast}" --wait --timeout=60 --silent stop > /dev/null 2>&1) || true
}

remove_server() {
  stop_server "$1"
  rm -rf "$1"
}

# Whether it is the same server: another may have been made in its place, by whoever runs the tests again.
is_still() {
  [[ $(cat "$1/name" 2> /dev/null) == "$2" ]]
}

watch_process() {
  local name
  name=$(cat "$1/name")
  while is_still "$1" "$name" && kill -0 "$2" 2> /dev/null; do sleep 1; done
  ! is_still "$1" "$name" || remove_server "$1"
}

run_with_server() {
  local status=0
  folder=$(mktemp -d "${TMPDIR:-/tmp}/etalon-postgresql-XXXXXX")
  trap 'remove_server "$folder"' EXIT  # which runs outside of this function
  make_server "$folder" > /dev/null
  start_server "$folder"
  ETALON_TEST_POSTGRESQL=$(address_of "$folder") "$@" || status=$?
  return "$status"
}

main() {
  local command=${1:-}
  shift || true
  case $command in
    find) ;;
    run | make | start | stop | address | remove | watch) [[ $# -gt 0 ]] || fail "$command: received nothing more, expected a folder or a command" 2 ;;
    *) fail "received '$command', expected run, make, start, stop, address, remove or find" 2 ;;
  esac
  find_programs
  find_user
  case $command in
    find) echo "$bin" ;;
    run) run_with_server "$@" ;;
    make) make_server "$@" ;;
    start) start_server "$@" ;;
    stop) stop_server "$@" ;;
    address) address_of "$@" ;;
    remove) remove_server "$@" ;;
    watch) watch_process "$@" ;;
  esac
}

main "$@"

# shellcheck shell=bash
# What set-up tells the person who waits: plain lines, a sign of life while a command works, a failure with its cause.

# Seconds between signs of life where lines cannot be rewritten.
readonly heartbeat_seconds=8

say() { printf 'set-up: %s\n' "$*" >&2; }

# fail MESSAGE HINT: something the user must mend.
fail() {
  printf 'set-up: %s\n    %s\n' "$1" "$2" >&2
  exit 2
}

# with_heartbeat WHAT COMMAND…: runs a quiet command, its output in a log whose end is shown if it fails.
with_heartbeat() {
  local what=$1 log status=0
  shift
  log=$(log_file "$what")
  say "$what"
  # A process group of its own, so that the whole job ends with us; job control is what gives it one.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  running_job=$!
  set +m
  trap 'end_job 130' INT
  trap 'end_job 143' TERM
  trap 'end_job 129' HUP
  beat_until_gone "$what"
  wait "$running_job" || status=$?
  trap - INT TERM HUP
  [[ $status -eq 0 ]] && return 0
  printf 'set-up: failed: %s (exit code %s); the end of %s:\n' "$what" "$status" "$log" >&2
  tail -n 20 "$log" | sed 's/^/    /' >&2
  return "$status"
}

beat_until_gone() {
  local what=$1 started=$SECONDS last=$SECONDS
  while kill -0 "$running_job" 2>/dev/null; do
    sleep 0.2
    if [[ -t 2 ]] && ((SECONDS > last)); then
      printf '\r\033[Kset-up: %s, %s s' "$what" "$((SECONDS - started))" >&2
      last=$SECONDS
    elif ((SECONDS - last >= heartbeat_seconds)); then
      say "$what, $((SECONDS - started)) s"
      last=$SECONDS
    fi
  done
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
}

# end_job EXIT-CODE: everything the job started ends before we do.
end_job() {
  local attempt
  kill -TERM -- "-$running_job" 2>/dev/null || true
  for attempt in {1..25}; do
    kill -0 -- "-$running_job" 2>/dev/null || break
    [[ $attempt -lt 25 ]] || kill -KILL -- "-$running_job" 2>/dev/null || true
    sleep 0.2
  done
  [[ ! -t 2 ]] || printf '\n' >&2
  say "interrupted"
  exit "$1"
}

log_file() {
  : "${cache:?}"
  local name=${1,,}
  mkdir -p "$cache/logs"
  printf '%s/logs/%s.log' "$cache" "${name//[^a-z0-9.]/-}"
}

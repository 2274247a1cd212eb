# Shared by the scripts beside it: they stand in the repository's root and print one line a step with its time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
logs=.build/logs
mkdir -p "$logs"

# quietly NAME COMMAND…: runs it with its output in a file; says the time, and on a failure the end of the output.
quietly() {
  local name=$1 start=$SECONDS status=0
  shift
  local log=$logs/${name//[^[:alnum:]]/-}.log
  "$@" >"$log" 2>&1 || status=$?
  if ((status == 0)); then
    printf '%-34s ok      %4d s\n' "$name" $((SECONDS - start))
  else
    printf '%-34s FAILED  %4d s   (all of it: %s)\n' "$name" $((SECONDS - start)) "$log"
    tail -n 40 "$log" | sed 's/^/    /'
  fi
  return $status
}

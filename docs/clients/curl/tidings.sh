#!/usr/bin/env bash
# Tidings by curl and bash alone: follow channels through cuts and restarts (SSE), publish, read history.
#
#   export TIDINGS_URL=http://127.0.0.1:3000 TIDINGS_TOKEN=JWT     a user, who may follow channels and read their history
#   export TIDINGS_API_KEY=KEY                                     a backend, which may publish
#   tidings.sh follow public:demo product:42                       prints a line of JSON for each event
#   tidings.sh publish public:demo hello '{"n":1}' [KEY]           a repeated KEY publishes once
#   tidings.sh history public:demo [EPOCH:OFFSET]                  what is kept, or what came after a position
set -uo pipefail

url=${TIDINGS_URL:-http://127.0.0.1:3000}
max_delay=30 # seconds

# The header that says who calls, read from a file descriptor: arguments of a process are seen by all users of a machine.
authorization() { [ -z "$1" ] || printf 'header = "Authorization: Bearer %s"\n' "$1"; }

publish() {
  local key=${4:+,\"key\":\"$4\"}
  curl -sS --fail-with-body --json "{\"channel\":\"$1\",\"event\":\"$2\",\"data\":${3:-null}$key}" \
    --config <(authorization "${TIDINGS_API_KEY:-}") "$url/api/v1/publish"
}

history() {
  curl -sS --fail-with-body --get ${2:+--data-urlencode "since=$2"} \
    --config <(authorization "${TIDINGS_TOKEN:-${TIDINGS_API_KEY:-}}") "$url/api/v1/channels/$1/history"
}

# A block of the stream is whole; its fields stand in $event, $id and $data.
handle() {
  case $event in
    '') printf '%s\n' "$data" ;; # an event; answer it here, before its id is remembered
    welcome)
      attempt=0 # only now: a server that fails at once is not hammered
      [[ $data =~ \"heartbeat\":([0-9]+) ]] && silence=$((BASH_REMATCH[1] / 1000 + 10))
      # It says of each channel whether all that was missed follows. Where "recovered" is false, load the present state.
      printf '%s\n' "$data"
      ;;
    unsubscribed | disconnect) echo "$event: $data" >&2 ;;
  esac
  # After the handler: a crash in between repeats an event and loses none. To resume in a new process too, write it down.
  if [ "$id" = end ]; then over=1; elif [ -n "$id" ]; then cursor=$id; fi
}

# One connection, from GET to end. Sets `over` when coming back is of no use.
stream() {
  local event='' id='' data='' line value channels
  channels=$(IFS=,; echo "$*")
  # A process substitution, no pipe: the loop keeps its variables.
  exec 3< <(exec curl -sS -N --connect-timeout 10 --get --data-urlencode "channels=$channels" \
    -H 'Accept: text/event-stream' ${cursor:+-H "Last-Event-ID: $cursor"} \
    --config <(authorization "${TIDINGS_TOKEN:-}") -w '\nstatus: %{http_code}\n' "$url/events")
  curl=$!
  # The server sends a comment at least every heartbeat; longer silence is a connection that is gone.
  while IFS= read -r -t "$silence" -u 3 line; do
    value=${line#*:}
    value=${value# }
    case $line in
      '')
        [ -z "$data" ] || handle # without data, the block was cut after its id, and this is the line that curl adds
        event='' id='' data=''
        ;;
      event:*) event=$value ;;
      id:*) id=$value ;;
      data:*) data+=$value ;;
      retry:*) retry=$value ;;
      'status: 204') over=1 ;;
      'status: 4'*) [ "$value" = 429 ] || { echo "refused: $value" >&2; over=1; } ;;
      '{'*) echo "$line" >&2 ;; # the problem document of a refusal
    esac
  done
  kill "$curl" 2>/dev/null
  exec 3<&-
}

follow() {
  local cursor='' attempt=0 silence=35 over=0 retry ceiling delay
  curl=''
  # Bash waits for a child before it runs a trap, unless it waits by `read` or `wait`.
  trap 'kill "$curl" 2>/dev/null; exit 0' INT TERM
  while :; do
    retry=''
    stream "$@"
    [ "$over" = 0 ] || return 1
    if [ -n "$retry" ]; then
      delay=$retry
    else
      # Full jitter: clients that were cut off together do not all come back together.
      ceiling=$((500 * 2 ** (attempt < 10 ? attempt : 10)))
      delay=$((RANDOM % (ceiling < max_delay * 1000 ? ceiling : max_delay * 1000)))
      attempt=$((attempt + 1))
    fi
    echo "the stream ended; back in $delay ms" >&2
    printf -v delay '%d.%03d' $((delay / 1000)) $((delay % 1000))
    sleep "$delay" &
    wait $!
  done
}

case ${1:-} in
  follow | publish | history) "$@" ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

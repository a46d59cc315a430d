# measure.sh: what commands take, the server's part of it included. To be sourced after cluster.sh.
# $work is the folder for the figures; failed=1 is set where a command ends otherwise than it should.

# Processor time of this shell's ended children (a file of `times`), and of the server's, in milliseconds.
client_time() { awk 'NR == 2 { split($0, t, /[ms ]+/); printf "%d", (t[1] * 60 + t[2] + t[3] * 60 + t[4]) * 1000 }' "$1"; }
server_time() {
    local fields postmaster
    postmaster=$(head -n 1 "$CLUSTER_DIR/data/postmaster.pid")
    read -r -a fields < <(sed 's/.*) //' "/proc/$postmaster/stat")
    echo $(((fields[13] + fields[14]) * 10))
}

# One run of a command: its wall time, and the processor time of client and server together, go to a file.
run_once() { # NAME WANTED-EXIT COMMAND...
    local name=$1 wanted=$2 start end server code
    shift 2
    server=$(server_time)
    times >"$work/before"
    start=${EPOCHREALTIME/[.,]/}
    "$@" >"$work/out" 2>"$work/err"
    code=$?
    end=${EPOCHREALTIME/[.,]/}
    times >"$work/after"
    if [ "$code" != "$wanted" ]; then
        { echo "exit $code instead of $wanted: $*"; tail -n 5 "$work/out" "$work/err"; } >&2
        failed=1
        return 1
    fi
    sleep 0.05 # until the postmaster has counted its child
    echo "$(((end - start) / 10)) $(($(client_time "$work/after") - $(client_time "$work/before") + $(server_time) - server))" |
        awk '{ printf "%.2f %d\n", $1 / 100, $2 }' >>"$work/$name.times"
}

# The medians of a command's wall and processor times.
median() { # NAME COLUMN
    [ -s "$work/$1.times" ] || return 1
    awk -v c="$2" '{ print $c }' "$work/$1.times" | sort -n | awk '{ at[NR] = $1 } END { printf "%.1f", at[int((NR + 1) / 2)] }'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a > 0 && b > 0) printf "%.2f", a / b; else printf "-" }'; }

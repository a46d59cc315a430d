#!/bin/bash
# run.sh: the documentation is true: what README.md and docs/*.md claim is run.
# Usage: run.sh MODELC SOURCE-ROOT [FILE.md..]
#
# ```console  lines that begin with `$ ` are commands (a here-document goes on to its end mark), what follows is their output.
#             The blocks of one file run in order, in one shell, in a fresh folder, on the embedded server.
# ```model    resolves alone: `modelc check` may find that no revision holds it (exit 1), but no error (exit 2); and it is
#             formatted as `modelc fmt` would.
#
# In expected and in found output these are the same, whatever they hold:
#   12 hex digits                ids, numbered in the order in which they appear
#   v1: and hex digits           digests
#   N ms, N.N s, N min           times
#   2026-11-20 07:15 UTC, 2026-11-20T07:15:02Z       dates
#   PostgreSQL N, PostgreSQL N.N                      the server's version
#   /var/tmp/modelc.., /tmp/modelc..                  places of the embedded server: .modelc/
#   by NAME, (in `Applied:`)                          the user
# A line `...` in the expected output stands for any number of lines.
#
# MODELC_UPDATE=1 writes the found output into the files where something differs; outputs with a `...` that fit stay.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
modelc=$(readlink -f "$1")
root=$(readlink -f "$2")
shift 2

work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-docs.XXXXXX")
chmod 711 "$work" # as root the server runs as another user, who has to get in
stop_servers() {
    local ini
    find "$work" -name modelc.ini -print | while read -r ini; do
        "$modelc" -C "$(dirname "$ini")" db stop >/dev/null 2>&1
    done
}
trap 'stop_servers; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

unset CI GITHUB_ACTIONS DATABASE_URL PGHOST PGHOSTADDR PGPORT PGDATABASE PGSERVICE PGUSER
export NO_COLOR=1 LC_ALL=C.UTF-8 PATH="${modelc%/*}:$PATH" HOME="$work"

plain() {
    sed -E -e 's/[ \t]+$//' \
        -e 's/v1:[0-9a-f]+/v1:DIGEST/g' \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z| UTC)/DATE/g' \
        -e 's/\b[0-9]+(\.[0-9]+)? (ms|s|min)\b/TIME/g' -e 's/ +TIME/ TIME/g' \
        -e 's/PostgreSQL [0-9]+(\.[0-9]+)?/PostgreSQL N/g' \
        -e 's#(/var)?/tmp/modelc[^ ]*#.modelc/#g' \
        -e 's/^(Applied: .* by )[^,]*/\1USER/' |
        awk '{
            rest = $0; line = ""
            while (match(rest, /[0-9a-f]+/)) {
                word = substr(rest, RSTART, RLENGTH)
                if (RLENGTH == 12) { if (!(word in ids)) ids[word] = "ID" ++n; word = ids[word] }
                line = line substr(rest, 1, RSTART - 1) word
                rest = substr(rest, RSTART + RLENGTH)
            }
            print line rest
        }'
}

# The found text, where lines that a line `...` of the expected one stands for have become that line.
fold() { # EXPECTED FOUND
    awk -v expected="$1" '
        BEGIN { while ((getline line < expected) > 0) want[++n] = line }
        { found[++m] = $0 }
        # Whether the lines of want from w up to the next `...` stand at f.
        function stands(w, f) {
            for (; w <= n && want[w] != "..."; w++) if (want[w] != found[f++]) return 0
            return w <= n || f > m
        }
        END {
            f = 1
            for (w = 1; w <= n && f <= m; w++) {
                if (want[w] != "...") {
                    print found[f]
                    if (want[w] != found[f++]) break
                    continue
                }
                for (at = f; at <= m && !stands(w + 1, at); at++) continue
                if (w < n && at > m) break
                print "..."
                f = w == n ? m + 1 : at
            }
            while (f <= m) print found[f++]
        }' "$2"
}

# ---- blocks ----

# Writes each command of a file's console blocks to DIR/N.command, its output to DIR/N.expected, its line to DIR/N.line.
split_console() { # FILE DIR
    awk -v dir="$2" '
        function close_all() { if (n) { close(command); close(expected) } }
        /^```/ { if (inside) inside = 0; else if ($0 == "```console") inside = 1; mark = ""; next }
        !inside { next }
        mark != "" { print > command; if ($0 == mark) mark = ""; next }
        /^\$ / {
            close_all()
            number = sprintf("%s/%03d", dir, ++n)
            command = number ".command"; expected = number ".expected"
            print substr($0, 3) > command
            printf "" > expected
            print FNR > (number ".line"); close(number ".line")
            if (match($0, /<<.?[A-Z]+/)) { mark = substr($0, RSTART + 2, RLENGTH - 2); gsub(/[^A-Z]/, "", mark) }
            next
        }
        n { print > expected }' "$1"
}

run_console() { # FILE
    local name=${1#"$root/"} dir=$work/${1##*/} shell=$work/${1##*/}.run number status=0 id wanted
    mkdir -p "$dir" "$shell"
    split_console "$1" "$dir"
    ls "$dir"/*.command >/dev/null 2>&1 || return 0
    : >"$dir/all.expected"
    : >"$dir/all.found"
    # One shell for all commands: cd and variables stay, and $? is that of the command before.
    {
        echo "cd '$shell'"
        for number in "$dir"/*.command; do
            number=${number%.command}
            echo "(exit \$docs_status); . '$number.command' >'$number.found' 2>&1 </dev/null; docs_status=\$?"
        done
    } >"$dir/script"
    docs_status=0 bash "$dir/script"
    # All outputs in one go, so that an id is the same one throughout the file.
    for number in "$dir"/*.command; do
        number=${number%.command}
        for wanted in expected found; do
            echo "#### ${number##*/}" >>"$dir/all.$wanted"
            sed -e 's/^$/ /' "$number.$wanted" >>"$dir/all.$wanted"
        done
    done
    for wanted in expected found; do
        plain <"$dir/all.$wanted" |
            awk -v dir="$dir" -v kind="$wanted" '/^#### / { file = dir "/" $2 "." kind ".plain"; printf "" > file; next } { print > file }'
    done
    local failed=$tap_failed
    for number in "$dir"/*.command; do
        number=${number%.command}
        [ -e "$number.found.plain" ] || { tap_result 1 "$name: its output is missing"; return; }
        fold "$number.expected.plain" "$number.found.plain" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$number.found.folded"
        sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$number.expected.plain" >"$number.expected.folded"
        same "$name:$(cat "$number.line"): $(head -n 1 "$number.command")" "$number.expected.folded" "$number.found.folded"
        cmp -s "$number.expected.folded" "$number.found.folded" && grep -qx '\.\.\.' "$number.expected" && cp "$number.expected" "$number.found"
    done
    [ -n "${MODELC_UPDATE:-}" ] && [ "$failed" != "$tap_failed" ] && update "$1" "$dir"
}

# The file again, with what was found below each command.
update() { # FILE DIR
    awk -v dir="$2" '
        function print_found(  line, file) {
            if (!n || done) return
            file = sprintf("%s/%03d.found", dir, n); done = 1
            while ((getline line < file) > 0) { sub(/[ \t]+$/, "", line); held = held line "\n" }
            sub(/\n+$/, "\n", held); sub(/^\n$/, "", held)
            printf "%s", held
            held = ""
        }
        /^```/ { if (inside) { print_found(); inside = 0 } else if ($0 == "```console") { inside = 1; done = 1 } mark = ""; print; next }
        !inside { print; next }
        mark != "" { print; if ($0 == mark) mark = ""; next }
        /^\$ / {
            print_found()
            n++; done = 0
            print
            if (match($0, /<<.?[A-Z]+/)) { mark = substr($0, RSTART + 2, RLENGTH - 2); gsub(/[^A-Z]/, "", mark) }
            next
        }' "$1" >"$2/updated" && cat "$2/updated" >"$1"
}

run_models() { # FILE
    local name=${1#"$root/"} dir=$work/${1##*/}.models line file status
    mkdir -p "$dir"
    awk -v dir="$dir" '
        /^```/ { if (file) { close(file); file = "" } else if ($0 == "```model") file = dir "/" FNR ".model"; next }
        file { print > file }' "$1"
    for file in "$dir"/*.model; do
        [ -e "$file" ] || continue
        line=$(basename "$file" .model)
        mkdir -p "$dir/$line/models"
        echo "models = models" >"$dir/$line/modelc.ini"
        cp "$file" "$dir/$line/models/"
        "$modelc" -C "$dir/$line" check >"$dir/$line/out" 2>&1
        status=$?
        [ "$status" = 0 ] || [ "$status" = 1 ]
        tap_result $? "$name:$line: model" "$dir/$line/out"
        check "$name:$line: formatted" "$modelc" -C "$dir/$line" fmt --check
    done
}

[ $# -gt 0 ] || set -- "$root/README.md" "$root"/docs/*.md
for file in "$@"; do
    run_models "$(readlink -f "$file")"
    run_console "$(readlink -f "$file")"
done
tap_done

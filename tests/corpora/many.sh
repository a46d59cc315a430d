# many.sh: many changes to prove, a few at a time, reported in order as they are done. To be sourced after change.sh.
#
# many_prove   proves each line of the array `many` (tab-separated: NAME, TITLE, then what change_prove takes after its name) and prints
#              a line of TAP for each; 0: all are proven. $work/NAME/proven then exists of each that is. MODELC_JOBS=N at once (2).
# many_stop    ends what is still under way: for a script's end
# many_result NAME   how a finished one is told: prints what follows "ok N - TITLE", or fails. A script may define its own.

many_workers=()
many_stop() { [ ${#many_workers[@]} = 0 ] || kill "${many_workers[@]}" 2>/dev/null; }

many_result() { [ -e "$work/$1/proven" ]; }

many_work() { # WORKER JOBS: every JOBS-th of them
    local i field
    trap - EXIT TERM
    for ((i = $1; i < ${#many[@]}; i += $2)); do
        IFS=$'\t' read -ra field <<<"${many[i]}"
        mkdir -p "$work/${field[0]}"
        change_prove "${field[0]}" "${field[@]:2}" && touch "$work/${field[0]}/proven"
        rm -rf "$work/${field[0]}/project/.modelc"
        touch "$work/${field[0]}/done"
    done
}

many_report() { # NUMBER NAME TITLE
    local said
    if said=$(many_result "$2"); then
        echo "ok $1 - $3$said"
        return 0
    fi
    echo "not ok $1 - $3$said"
    sed 's/^/# /' "$work/$2/report" 2>/dev/null
    return 1
}

many_prove() {
    local jobs=${MODELC_JOBS:-2} worker i name title rest good=0
    echo "1..${#many[@]}"
    for ((worker = 0; worker < jobs; worker++)); do
        many_work "$worker" "$jobs" &
        many_workers[worker]=$!
    done
    for ((i = 0; i < ${#many[@]}; i++)); do
        IFS=$'\t' read -r name title rest <<<"${many[i]}"
        while [ ! -e "$work/$name/done" ]; do
            kill -0 "${many_workers[i % jobs]}" 2>/dev/null || break
            sleep 0.1
        done
        many_report "$((i + 1))" "$name" "$title" && good=$((good + 1))
    done
    wait "${many_workers[@]}"
    many_workers=()
    echo "# proven: $good of ${#many[@]}"
    [ "$good" = "${#many[@]}" ]
}

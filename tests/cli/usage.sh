#!/bin/bash
# usage.sh: help texts, options and what is wrong with them, completions.
. "$(dirname "$0")/common.sh" "$1"

ends "no command: an overview" 0 "A first session"
ends "help" 0 "^  upgrade +apply revisions" help
ends "--help" 0 "A first session" --help
ends "--version" 0 "^modelc [0-9]+\.[0-9]+" --version
commands=$("$MODELC" help | sed -n 's/^  \([^ ]*\)  .*/\1/p' | grep -v '^modelc$')
for command in $commands; do
    ends "help $command: usage and examples" 0 "^Examples" help "$command"
    cp out help_text
    ends "$command --help is the same" 0 "" "$command" --help
    check "$command --help is the same text" cmp -s help_text out
done
check "lines of help are no wider than 120" bash -c "for c in $(echo $commands); do '$MODELC' help \$c; done | awk 'length > 120 { print; bad = 1 } END { exit bad }'"

for command in $commands; do
    check "modelc(1) lists $command" grep -qF "*modelc-$command*(1)" "$here/../../docs/man/modelc.1.scd"
done

ends "unknown command" 2 "did you mean: modelc upgrade" upgrad
ends "unknown command, nothing near" 2 "mend: modelc help" xyzzy
ends "help for an unknown command" 2 "did you mean: modelc help merge" help merg
ends "unknown long option" 2 "did you mean: --sql" upgrade --sqll
ends "unknown letter" 2 "unknown option: -y" upgrade -y
ends "another command's option" 2 "current takes no --sql \(.*upgrade, downgrade" current --sql
ends "a flag with a value" 2 "takes no value" upgrade --sql=1
ends "a value is missing" 2 "needs a value: -m MSG" revision -m
ends "a value that is none of the choices" 2 "one of: text json" --format yaml heads
ends "an argument is missing" 2 "needs REV" downgrade
ends "an argument too many" 2 "too many: b" init a b
ends "an argument that is none of the choices" 2 "one of: start stop url psql" db strat
ends "-C to nowhere" 2 "No such file" -C nowhere heads
ends "no project" 2 "modelc init" heads
ends "an option before the command" 2 "modelc init" -n test heads
ends "--lock-wait wants a number" 2 "modelc.ini|takes seconds" upgrade --lock-wait soon

sample
for line in "-C shop heads" "heads -C shop" "-Cshop heads" "--directory=shop heads" "heads --directory shop" "-qC shop heads"; do
    ends "options stand anywhere: $line" 0 "^8f3a1c2b9d04 \(head\)" $line
done
ends "letters together" 0 "^Path: migrations/versions/8f3a" heads -vqC shop
ends "JSON diagnostics" 2 '"code": "usage"' --format json heads --nonsense
GITHUB_ACTIONS=1 ends "annotations" 2 '^::error .*title=usage::' heads --nonsense

for shell in bash zsh fish; do ends "completions $shell" 0 "downgrade" completions $shell; done
"$MODELC" completions bash >complete.bash
check "bash can read its completion" bash -n complete.bash
mkdir bin
ln -s "$MODELC" bin/modelc
complete() { # the words so far; the last is being completed
    PATH=$work/bin:$PATH bash -c 'cd shop; source ../complete.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _modelc; echo "${COMPREPLY[@]}"' x "$@"
}
completes() { # NAME EXPECTED WORDS...
    local name=$1 expected=$2
    shift 2
    echo "$expected" >expected
    complete "$@" >found
    same "$name" expected found
}
completes "completes a command" "upgrade" modelc upg
completes "completes an option" "--log --lock-wait" modelc upgrade --lo
completes "completes behind an option with a value" "downgrade" modelc --db x downg
completes "completes a choice" "start stop" modelc db st
completes "completes the formats of review" "text json sarif github gitlab" modelc review --format ""
completes "completes the formats of the others" "text json" modelc check --format ""
for shell in zsh fish; do
    "$MODELC" completions $shell >formats
    check "the formats of review in $shell" grep -q 'text json sarif github gitlab' formats
done
completes "completes an option's choice" "retry" modelc upgrade --resume r
completes "completes a revision" "8f3a1c2b9d04" modelc show 8f
for command in $commands; do
    check "man page source of $command" bash -c "'$MODELC' help --scdoc $command | { command -v scdoc >/dev/null && scdoc || cat; } >/dev/null"
done
tap_done

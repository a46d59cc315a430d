#!/bin/bash
# runner_test.sh: the case runner's own test, against a stand-in for modelc: good cases pass, and each lie is found where it is told.
# Usage: runner_test.sh NORMALISE
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
out=$(mktemp)
trap 'rm -f "$out" "$out".*' EXIT

"$here/case_runner.sh" "$here/runner/fake_modelc.sh" "$1" "$here/runner" >"$out" 2>&1
for file in "$here"/runner/*.case; do
    name=$(basename "$file" .case)
    # A bad case's title ends with the word that its first problem begins with.
    stage=$(head -n 1 "$file" | sed -n 's/.*: \(.*\)\.$/\1/p')
    case $name in
    bad_*) grep -A1 "^not ok .* - runner/$name\$" "$out" | grep -q "^# $stage" ;;
    *) grep -q "^ok .* - runner/$name\$" "$out" ;;
    esac
    tap_result $? "$name ${stage:+is found: $stage}" "$out"
done

# MODELC_UPDATE=1 rewrites what a case expects, and nothing else of it.
mkdir "$out.d" && cp "$here/runner/bad_text.case" "$out.d/"
MODELC_UPDATE=1 "$here/case_runner.sh" "$here/runner/fake_modelc.sh" "$1" "$out.d" >"$out.log" 2>&1
sed 's/b bigint/b int/' "$here/runner/bad_text.case" >"$out.wanted"
same "MODELC_UPDATE rewrites the expectation" "$out.wanted" "$out.d/bad_text.case"
rm -rf "$out.d"

tap_done

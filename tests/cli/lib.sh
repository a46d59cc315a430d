#!/bin/bash
# lib.sh: runs lib_test on a project of its own. Usage: lib.sh MODELC LIB_TEST
lib_test=$(readlink -f "$2")
. "$(dirname "$0")/common.sh" "$1"
sample
run -C shop db start
[ "$code" = 0 ] || { cat "$work/err"; echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }
"$lib_test" "$work/shop" "$("$MODELC" -C shop db url)"

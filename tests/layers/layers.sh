#!/bin/bash
# layers.sh: an #include may point left only in `base < sql < kind < schema < plan < revision < review < pg < lib < cli`; model sits on
# base and sql. Usage: layers.sh SOURCE-ROOT
set -u
root=$1
. "$root/tests/lib/tap.sh"
cd "$root/src" || exit 1

# folder: what its files may include besides their own
declare -A below=(
    [base]=""
    [sql]="base"
    [model]="base sql"
    [kind]="base sql"
    [schema]="base sql kind"
    [plan]="base sql kind schema"
    [revision]="base sql kind schema plan"
    [review]="base sql kind schema plan revision"
    [pg]="base sql kind schema plan revision"
    [code]="base sql model kind schema"
    [lib]="base sql model kind schema plan revision pg"
    [cli]="base sql model kind schema plan revision review pg lib code"
)

includes() { # FILE: the names in #include "..."
    sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$1"
}

# A header of schema that shows `struct ast_files` in its contract is declared, not included, by the rest.
may_join_model() { case $1 in schema/resolve*) true ;; *) false ;; esac; }

wrong_way() { # FOLDER
    local file name folder bad=0
    for file in "$1"/*.[chly]; do
        [ -e "$file" ] || continue
        while read -r name; do
            folder=${name%%/*}
            [ "$folder" = "$name" ] && continue # beside it, or generated
            [ "$folder" = "$1" ] && continue
            case " ${below[$1]} " in *" $folder "*) continue ;; esac
            [ "$folder" = model ] && may_join_model "$file" && continue
            echo "$file includes $name"
            bad=1
        done < <(includes "$file")
    done
    return $bad
}

known_folders() {
    local dir bad=0
    for dir in */; do
        [ -n "${below[${dir%/}]+set}" ] || { echo "src/$dir is in no layer: tests/layers/layers.sh"; bad=1; }
    done
    return $bad
}

only_in() { # HEADER FOLDER
    ! grep -rlE "#[[:space:]]*include[[:space:]]*[<\"]($1)[>\"]" --include='*.[chly]' . | grep -v "^\./$2/"
}

check "every folder of src has its layer" known_folders
for folder in "${!below[@]}"; do
    [ -d "$folder" ] && check "$folder includes only what is below it" wrong_way "$folder"
done
check "only src/sql includes pg_query.h" only_in 'pg_query\.h' sql
check "only src/pg includes libpq-fe.h" only_in 'libpq-fe\.h|libpq/.*' pg
check "only src/code includes clang-c/" only_in 'clang-c/.*' code
tap_done

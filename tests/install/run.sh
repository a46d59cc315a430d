#!/bin/bash
# run.sh: what `meson install` gives, and that it works where it was put: the program, the library for a program that finds it with
# pkg-config, man pages, completions, templates.
# Usage: run.sh MESON BUILD-FOLDER SOURCE-ROOT PREFIX COMPILER...
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
meson=$1 build=$2 root=$3 prefix=$4
shift 4
compiler=("$@")
unset CI GITHUB_ACTIONS DATABASE_URL PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGSERVICE PGPASSWORD PKG_CONFIG_PATH
unset DESTDIR LD_LIBRARY_PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/modelc-install.XXXXXX")
chmod 755 "$work"
dest=$work/dest$prefix
finish() {
    [ -e "$work/shop/modelc.ini" ] && "$dest/bin/modelc" -q -C "$work/shop" db stop >/dev/null 2>&1
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

DESTDIR=$work/dest "$meson" install -C "$build" --no-rebuild >"$work/log" 2>&1
tap_result $? "meson install" "$work/log"
[ "$tap_failed" = 0 ] || { tap_done; exit 1; }

# ---- the program ----

m() { "$dest/bin/modelc" -C "$work/shop" "$@" </dev/null; }
check "modelc runs" "$dest/bin/modelc" --version
check "init" "$dest/bin/modelc" init "$work/shop"
printf 'table products {\n  id    bigint pk identity\n  name  text\n}\n' >"$work/shop/models/shop.model"
check "autogenerate" m autogenerate -m products
check "the templates are those of the source" diff -r -x meson.build "$root/templates" "$dest/share/modelc/templates"

# ---- the library ----

pc=$(find "$dest" -name libmodelc.pc)
libdir=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_LIBDIR=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$work/dest
uses_library() {
    # Word splitting is what pkg-config's output is made for.
    # shellcheck disable=SC2046
    "${compiler[@]}" -std=c99 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags libmodelc) -o "$work/program" "$here/program.c" \
        $(pkg-config --libs libmodelc)
}
check "a program compiles with pkg-config libmodelc" uses_library
only_its_own() {
    local others
    others=$(nm -D --defined-only "$libdir/libmodelc.so" | awk '$3 !~ /^modelc_/')
    [ -z "$others" ] || { echo "$others" | head -n 20; return 1; }
}
check "libmodelc exports modelc_* alone" only_its_own
program_upgrades() {
    m db start && LD_LIBRARY_PATH=$libdir "$work/program" "$work/shop" "$(m db url)" >"$work/said" 2>&1
    cat "$work/said"
    grep -qE '^modelc [0-9.]+: 1 pending, now at [0-9a-f]{12}$' "$work/said"
}
check "the program upgrades a database" program_upgrades
check "modelc agrees" m check --db "$(m db url)"

# ---- what is read ----

page_reads() {
    # Narrow pages, no pager, and what troff has to complain about.
    MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -P cat -l "$1" >"$work/page" 2>"$work/complaints" </dev/null
    cat "$work/complaints"
    [ ! -s "$work/complaints" ] && grep -q '^NAME' "$work/page" && grep -q '^[A-Z]' "$work/page" && lexgrog "$1"
}
pages=$(find "$dest/share/man" -name '*.[0-9]' | sort)
[ "$(echo "$pages" | wc -l)" -ge 20 ]
tap_result $? "there are man pages" "$work/log"
if command -v man >/dev/null && command -v lexgrog >/dev/null; then
    for page in $pages; do check "man ${page##*/}" page_reads "$page"; done
else
    tap_skip "man pages are rendered" "no man-db"
fi

# ---- completions ----

completes_in_bash() {
    bash -n "$1" && bash --norc -c ". '$1' && complete -p modelc"
}
check "bash completion" completes_in_bash "$dest/share/bash-completion/completions/modelc.bash"
if command -v zsh >/dev/null; then
    check "zsh completion" zsh -n "$dest/share/zsh/site-functions/_modelc"
else
    tap_skip "zsh completion" "no zsh"
fi
if command -v fish >/dev/null; then
    check "fish completion" fish --no-execute "$dest/share/fish/vendor_completions.d/modelc.fish"
else
    tap_skip "fish completion" "no fish"
fi
tap_done

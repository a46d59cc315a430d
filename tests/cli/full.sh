#!/bin/bash
# full.sh: on a full disk nothing is half-written: autogenerate, revision, fmt, merge, rebase.
. "$(dirname "$0")/common.sh" "$1"
disk=$work/home/disk # a project's folders have to be in it
mkdir -p "$disk"
mount -t tmpfs -o size=256k,mode=755 tmpfs "$disk" 2>/dev/null || { echo "1..0 # SKIP mounting a tmpfs needs root"; exit 0; }
leave() {
    [ -e "$work/home/modelc.ini" ] && "$MODELC" -q -C "$work/home" db stop >/dev/null 2>&1
    cd / && umount "$disk"
    finish
}
trap leave EXIT

# The project's folders are on the small disk, its server is not.
run init home
grep -q '^started' "$work/out" || { cat "$work/err"; echo "1..0 # SKIP no PostgreSQL server programs"; exit 0; }
cd home || exit 1
run db start
mkdir "$disk/models" "$disk/versions"
sed -i "s|^models = .*|models = $disk/models|; s|^migrations = .*|migrations = $disk/versions|" modelc.ini
printf 'table products {\n  id bigint pk\n}\n' >"$disk/models/shop.model"
run autogenerate -m first
run upgrade
"$MODELC" -q revision -m left >/dev/null
run upgrade
"$MODELC" -q revision -m right --head -1 --splice >/dev/null
printf 'table products {\n  id bigint pk\n  long_name text null\n}\n' >"$disk/models/shop.model"

fill() { cat /dev/zero >"$disk/filler" 2>/dev/null; }
listing() { (cd "$disk" && find models versions -type f -exec md5sum {} + | sort -k2); }
refuses() { # ARGUMENTS...: exit 2, the disk is named, all files are as they were
    listing >"$work/before"
    ends "$1: the disk is full" 2 "No space left|cannot be written" "$@"
    listing >"$work/after"
    same "$1: the files are as they were" "$work/before" "$work/after"
}
fill
refuses fmt
refuses merge -m both
refuses rebase
refuses revision -m third --head base --splice
rm "$disk/filler"
ends "with room again" 0 "" merge -m both
ends "and again" 0 "" upgrade
fill
refuses autogenerate -m name
rm "$disk/filler"
ends "autogenerate with room" 0 "^Wrote" autogenerate -m name
tap_done

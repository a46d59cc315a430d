#!/bin/bash
# init.sh: a new project, and its private server.
. "$(dirname "$0")/common.sh" "$1"

CI=1 ends "init DIR under CI: files only" 0 "^created +modelc.ini  models/  migrations/versions/  .gitignore$" init quiet
check "no server was made" test ! -e quiet/.modelc
holds "says what to do next" "^next +cd quiet, write models/\*.model" out
holds "modelc.ini embeds" "^embedded = true$" quiet/modelc.ini
DATABASE_URL=postgresql:///x ends "init where a database is named" 0 "^created" init named
holds "modelc.ini doesn't embed" "^# embedded = true$" named/modelc.ini
ends "what init wrote can be read" 0 "" -C named history
ends "no database named" 2 "no database named: set DATABASE_URL or pass --db" -C named current
CI=1 ends "never the private server under CI" 2 "no database named" -C quiet current
ends "init refuses to overwrite" 2 "exists already" init quiet
mkdir part && printf 'node_modules/\n/.modelc' >part/.gitignore && mkdir part/models && echo x >part/models/x.txt
CI=1 ends "init beside what is there" 0 "^created +modelc.ini  migrations/versions/" -C part init
holds "a .gitignore is added to" "^node_modules/$" part/.gitignore
holds "on a line of its own" "^\.modelc/$" part/.gitignore
MODELC_PG_BIN=/nonexistent modelc_path=/nonexistent ends "init without server programs" 0 "warning: .*PostgreSQL" init bare
check "makes the files all the same" test -e bare/modelc.ini

ends "init starts a server" 0 "^started +a private PostgreSQL [0-9]+ in " init shop
holds "and stops it again" "^stopped +it again: commands start it when they need it" out
cd shop || exit 1
ends "nothing is left running" 0 "wasn't running" db stop
ends "current on it" 0 "^base$" current
holds "says which database first" "^Database +embedded, at base$" "$work/err"
ends "-q says nothing else" 0 "^base$" -q current
check "not even the database" test ! -s "$work/err"
ends "db url" 0 "^postgresql:///shop\?host=" db url
ends "db psql" 0 "^hello$" db psql -- -qAtc "select 'hello'"
run db start
ends "db stop" 0 "stopped" db stop
ends "db stop again" 0 "wasn't running" db stop
ends "it starts on demand" 0 "^base$" current
ends "and doesn't stay" 0 "wasn't running" db stop
ends "db start" 0 "^started" db start
ends "db start again" 0 "^runs .* already" db start
ends "a command leaves it running" 0 "^base$" current
ends "db psql passes on psql's status" 1 "" db psql -- -qAt -v ON_ERROR_STOP=1 -c "nonsense"
ends "db stop at the end" 0 "stopped" db stop
tap_done

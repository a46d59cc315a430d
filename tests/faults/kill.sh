#!/bin/bash
# kill.sh [TEXT]: kills the server in $CLUSTER_DIR and all that it started (SIGKILL); with TEXT once a statement that begins so is waiting
# for others in the database $db. For the proxy's run: and sent:.
if [ -n "${1:-}" ]; then
    for i in $(seq 100); do
        [ "$(psql -h "$CLUSTER_DIR" -U postgres -d "$db" -XAtqc "SELECT 1 FROM pg_stat_activity WHERE query LIKE '$1%' AND wait_event_type = 'Lock'" 2>/dev/null)" = 1 ] && break
        sleep 0.05
    done
fi
pid=$(head -n 1 "$CLUSTER_DIR/data/postmaster.pid")
kill -9 "$pid" $(ps -o pid= --ppid "$pid") 2>/dev/null
true

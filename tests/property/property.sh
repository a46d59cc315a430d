#!/bin/bash
# property.sh: starts a private PostgreSQL for run.py and stops it. Usage: property.sh MODELC NORMALISE [OPTIONS of run.py]
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/cluster.sh"
CLUSTER_OPTIONS="-c max_connections=100 ${CLUSTER_OPTIONS:-}"
trap 'kill "${runner:-}" 2>/dev/null; cluster_stop' EXIT
cluster_start || { echo "Bail out! no PostgreSQL"; exit 1; }
# The roles that the models name belong to the cluster.
psql -qX -d postgres -c 'CREATE ROLE app; CREATE ROLE support; CREATE ROLE "Clerk"; CREATE ROLE shop_owner' || exit 1
export PROPERTY_MAJOR=$CLUSTER_MAJOR PG_BIN PYTHONDONTWRITEBYTECODE=1
python3 "$here/run.py" "$@" &
runner=$!
wait "$runner"

#!/bin/bash
# rich.sh: a database with one of everything: imported, found equal, and made again from its models.
# Usage: rich.sh MODELC NORMALISE
set -u
. "$(dirname "$0")/common.sh" "$@"

database rich "$here/rich.sql" || { echo "Bail out! rich.sql does not load"; exit 1; }
if [ "$CLUSTER_MAJOR" -ge 18 ]; then
    psql -qX -v ON_ERROR_STOP=1 -d rich -f "$here/rich18.sql" || { echo "Bail out! rich18.sql does not load"; exit 1; }
fi
project rich
ends "import" 0 'Wrote +models/' import
! grep -E 'warning|error|Not handled' "$work/both" >"$work/unsaid"
tap_result $? "import says everything" "$work/both"
[ -n "${MODELC_KEEP:-}" ] && cp -r "$dir/models" "$work/rich.models"
round_trip rich

# The same with every other layout.
for layout in single group table; do
    database "rich_$layout"
    pg_dump -s rich | psql -qX -d "rich_$layout" >/dev/null 2>&1
    project "rich_$layout"
    ends "import --layout $layout" 0 'Wrote' import --layout $layout
    ends "$layout: formatted" 0 '' fmt --check
    ends "$layout: no difference" 0 'No changes detected' diff --exit-code
done
tap_done

# roles.sh: the roles that a script of somebody else's speaks of. To be sourced after cluster.sh.

# Every role that a script names: made before it runs, so that it loads as it is.
make_roles() { # FILE
    local role
    {
        grep -oiE '(OWNER TO|AUTHORIZATION|FOR ROLE) +"?[a-z_][a-z0-9_-]*"?' "$1" | awk '{ print $NF }'
        grep -iE '^ *(GRANT|REVOKE) ' "$1" | grep -oiE ' (TO|FROM) +[^;]*' | sed -E 's/ (TO|FROM) +//I; s/ WITH .*//I' | tr ',' '\n'
        grep -iE '^ *CREATE POLICY ' "$1" | grep -oiE ' TO +[a-z_][a-z0-9_]*' | awk '{ print $2 }'
    } | tr -d '" \r' | sort -u | grep -vxiE 'public|postgres|current_user|session_user|current_role|' | while read -r role; do
        psql -qX -d postgres -c "CREATE ROLE \"$role\" NOLOGIN" >/dev/null 2>&1
    done
}

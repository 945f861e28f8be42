#!/bin/sh
# Fill the template beside this script and print the configuration, for /etc/nginx/conf.d/atlas.conf:
#   deploy/nginx/fill.sh domain=homes.example.com certificate=/etc/ssl/homes.pem key=/etc/ssl/homes.key web="127.0.0.1:6543 127.0.0.1:6544"
# Lists are separated by spaces. What else can be said, with what it is otherwise:
#   http="80 [::]:80"  https="443 [::]:443"  where it listens
#   log=/dev/stdout                          where the log goes: one line of JSON for each request
#   cache=/var/cache/nginx/atlas             a folder that nginx can write
#   pages=<deploy/nginx/pages>               the folder with our error pages
#   body=96m                                 as max_request_body_size in production.ini
set -eu

here=$(cd "$(dirname "$0")" && pwd)
domain='' certificate='' key='' web=''
http='80 [::]:80' https='443 [::]:443' log=/dev/stdout cache=/var/cache/nginx/atlas pages=$here/pages body=96m

for word in "$@"; do
    value=${word#*=}
    # What nginx takes for its own, and what sed does: `&` would be the blank itself.
    case $value in *[\;\{\}\'\"\\\|\&\$]* | *'
'*) echo "A value cannot have quotes, bars, backslashes, braces, semicolons, dollars, ampersands or line ends: $word" >&2; exit 2 ;; esac
    case $word in
        domain=* | certificate=* | key=* | web=* | http=* | https=* | log=* | cache=* | pages=* | body=*)
            eval "${word%%=*}=\$value" ;;
        *) echo "There is no blank for $word" >&2; exit 2 ;;
    esac
done
for name in domain certificate key web; do
    eval "value=\$$name"
    if [ -z "$value" ]; then echo "$name= is missing" >&2; exit 2; fi
done

# each "words before" "list" "words after": a line for each item of a list. In a function, so that `[::]` stays what it is.
each() {
    set -f
    for item in $2; do printf '    %s %s%s;\\n' "$1" "$item" "$3"; done | sed 's/\\n$//'
}

sed -e "s|^@WEB@\$|$(each server "$web" ' max_fails=3 fail_timeout=2s')|" \
    -e "s|^@HTTP_DEFAULT@\$|$(each listen "$http" ' default_server')|" \
    -e "s|^@HTTPS_DEFAULT@\$|$(each listen "$https" ' ssl http2 default_server')|" \
    -e "s|^@HTTP@\$|$(each listen "$http" '')|" \
    -e "s|^@HTTPS@\$|$(each listen "$https" ' ssl http2')|" \
    -e "s|@DOMAIN@|$domain|; s|@CERTIFICATE@|$certificate|; s|@KEY@|$key|; s|@LOG@|$log|; s|@CACHE@|$cache|" \
    -e "s|@PAGES@|$pages|; s|@BODY@|$body|" "$here/atlas.conf.template"

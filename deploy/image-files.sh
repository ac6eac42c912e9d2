#!/bin/sh
# Collects the files of the image below a folder: Node.js without its symbols, Bindery, the libraries that they load, and BusyBox.
# It runs in the first stage of the Dockerfile: image-files.sh TARGET
set -eu
target=$1
bindery=/opt/bindery
modules=$bindery/lib/node_modules/@bindery/cli/node_modules

# only the addon of LMDB that this Node.js loads: the one for its version, or the one for all
set -- "$modules"/@lmdb/lmdb-linux-*/node.abi"$(node -p process.versions.modules)".glibc.node
[ -f "$1" ] || set -- "$modules"/@lmdb/lmdb-linux-*/node.napi.glibc.node
find "$modules/@lmdb" -name '*.node' ! -path "$1" -delete
find "$bindery" -name '*musl*.node' -delete

# of the packages, what runs and the licences: no tests, documentation, sources of addons or type declarations
find "$modules" -type d \( -name test -o -name tests -o -name docs -o -name examples -o -name 'bench*' -o -name '.*' \) -prune -exec rm -rf {} +
find "$modules" -type f ! -name '*.js' ! -name '*.cjs' ! -name '*.mjs' ! -name '*.json' ! -name '*.node' ! -name '*.so*' ! -iname 'licen[cs]e*' \
  ! -iname 'copyright*' ! -iname 'notice*' -delete
rm -rf "$modules/node-addon-api"
find "$bindery" -type d -empty -delete
find "$bindery" -name '*.node' -exec strip {} +

mkdir -p "$target/usr/local/bin" "$target/usr/bin" "$target/bin" "$target/etc/ssl/certs" "$target/opt" "$target/tmp" "$target/data"
chmod 1777 "$target/tmp"
chmod 700 "$target/data"
chown 10001:10001 "$target/data"
strip -o "$target/usr/local/bin/node" "$(command -v node)"
cp -a "$bindery" "$target/opt/"

# the libraries of Node.js and of each addon, at the paths where the loader looks for them
{ echo "$target/usr/local/bin/node"; find "$target/opt" -name '*.node' -o -name '*.so*'; } | while read -r file; do
  ldd "$file" 2>/dev/null | sed -n 's/^.* => \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p'
done | sort -u | while read -r library; do
  case $library in "$target"*) ;; *) mkdir -p "$target$(dirname "$library")" && cp -L "$library" "$target$library" ;; esac
done

cp /bin/busybox "$target/bin/busybox"
for name in cat du env id ls ps sh wget; do ln -s ../../bin/busybox "$target/usr/bin/$name"; done
ln -s busybox "$target/bin/sh"

cp /etc/debian_version /etc/os-release "$target/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$target/etc/ssl/certs/"
# the home is not /data: profiles there would make a new volume a folder of another program
printf 'root:x:0:0::/:/bin/sh\nbindery:x:10001:10001::/tmp:/bin/sh\n' > "$target/etc/passwd"
printf 'root:x:0:\nbindery:x:10001:\n' > "$target/etc/group"
printf 'hosts: files dns\n' > "$target/etc/nsswitch.conf"

#!/bin/sh
# Installs heliograph @VERSION@: checks the manifest's signature, and the binary against the manifest.
#   sh install.sh --from=https://HOST/FOLDER [--to=FOLDER]      a folder on this machine may be named as well
set -eu
from="" to="$HOME/.local/bin"
for argument in "$@"; do
  case $argument in
    --from=*) from=${argument#--from=} ;;
    --to=*) to=${argument#--to=} ;;
    *) echo "install.sh: cannot use $argument; --from=URL says where the release is, --to=FOLDER where it goes" >&2; exit 2 ;;
  esac
done
[ -n "$from" ] || { echo "install.sh: --from=URL is missing: where the release is" >&2; exit 2; }
fail() { echo "install.sh: $1; nothing was installed" >&2; exit 1; }

case $(uname -s)-$(uname -m) in
  Linux-x86_64) name=heliograph-x86_64-unknown-linux-gnu ;;
  Linux-aarch64 | Linux-arm64) name=heliograph-aarch64-unknown-linux-gnu ;;
  Darwin-x86_64) name=heliograph-x86_64-apple-darwin ;;
  Darwin-arm64) name=heliograph-aarch64-apple-darwin ;;
  *) fail "there is no binary for $(uname -s) on $(uname -m)" ;;
esac
command -v openssl >/dev/null || fail "openssl is missing, which checks the signature"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
get() {
  case $from in
    http://* | https://*) curl -fsSL -o "$work/$1" "$from/$1" || fail "cannot get $from/$1" ;;
    *) cp "$from/$1" "$work/$1" || fail "cannot read $from/$1" ;;
  esac
}
cat >"$work/key.pem" <<'KEY'
@PUBLIC_KEY@
KEY

get manifest.json
get manifest.json.sig
openssl dgst -sha256 -verify "$work/key.pem" -signature "$work/manifest.json.sig" "$work/manifest.json" >/dev/null 2>&1 ||
  fail "the manifest's signature is not by this release's key"
grep -q '"version": "@VERSION@"' "$work/manifest.json" || fail "the manifest is of another version than @VERSION@"
expected=$(sed -n "s/.*\"name\": \"$name\",.*\"sha256\": \"\([0-9a-f]*\)\".*/\1/p" "$work/manifest.json")
[ -n "$expected" ] || fail "this release has no $name"
get "$name"
actual=$(openssl dgst -sha256 -r "$work/$name" | cut -d' ' -f1)
[ "$actual" = "$expected" ] || fail "$name is not what the manifest says: $actual, expected $expected"

mkdir -p "$to"
chmod 0755 "$work/$name"
# In one step, so that what runs is never half a file.
cp "$work/$name" "$to/.heliograph.new" && mv "$to/.heliograph.new" "$to/heliograph"
echo "heliograph @VERSION@ is in $to"

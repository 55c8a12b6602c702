#!/bin/sh
# Takes the pictures of the README from a demo of its own; needs Chromium and fonts for
# Chinese. Run by `make pictures`.
set -eu
port=8097
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
"$here/../../bin/xuncha" demo --json --dir "$work/city" --http 127.0.0.1:$port >"$work/ready" 2>"$work/log" &
demo=$!
trap 'kill -INT $demo; wait $demo; rm -rf "$work"' EXIT
until [ -s "$work/ready" ]; do
	kill -0 $demo || { cat "$work/log" >&2; exit 1; }
	sleep 1
done

# shot NAME WIDTH,HEIGHT SCHEME (0 dark, 1 light)
shot() {
	"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars \
		--disable-background-networking --disable-component-update --disable-sync --user-data-dir="$work/$1" \
		--blink-settings=preferredColorScheme="$3" --window-size="$2" --screenshot="$here/$1.png" \
		"http://127.0.0.1:$port/?lang=zh-CN" 2>/dev/null
}
base=http://127.0.0.1:$port
# the newest closed case that a supervisor sees
login=$(tr '{' '\n' <"$work/ready" | grep '"role":"supervisor"' | head -1)
email=$(printf %s "$login" | sed 's/.*"email":"\([^"]*\)".*/\1/')
password=$(printf %s "$login" | sed 's/.*"password":"\([^"]*\)".*/\1/')
token=$(curl -s "$base/api/collections/users/auth-with-password" --data-urlencode "identity=$email" --data-urlencode "password=$password" |
	sed 's/.*"token":"\([^"]*\)".*/\1/')
number=$(curl -s -H "Authorization: $token" "$base/api/cases?status=closed&outcome=substantiated" | sed 's/.*"number":"\([^"]*\)".*/\1/')

shot home-desk 1440,1016 1
shot home-phone 360,1264 0
(cd "$here/../.." && go run ./internal/pictures "$here" <"$work/ready")

kill -INT $demo
wait $demo || true
trap 'rm -rf "$work"' EXIT
"$here/../../bin/xuncha" export "$number" --dir "$work/city" --to "$work/court"
"${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --no-first-run --hide-scrollbars --user-data-dir="$work/dossier" \
	--window-size=1000,2900 --screenshot="$work/dossier.png" "file://$work/court/index.html" 2>/dev/null
cp "$work/dossier.png" "$here/dossier.png"

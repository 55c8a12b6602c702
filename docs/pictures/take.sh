#!/bin/sh
# Takes the pictures of the README from a demo of its own; needs Chromium and fonts for
# Chinese. Run by `make pictures`.
set -eu
port=8097
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
"$here/../../bin/xuncha" demo --json --http 127.0.0.1:$port >"$work/ready" 2>"$work/log" &
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
shot home-desk 1440,1016 1
shot home-phone 360,1264 0

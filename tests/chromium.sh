#!/bin/sh
# Have Chromium for the browser tests: there already, or installed by apt where we are root; else say loudly that it is not.
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests …"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) >/dev/null 2>&1
fi
command -v chromium >/dev/null 2>&1 && exit 0
echo "*** NO CHROMIUM: THE BROWSER TESTS ARE LEFT OUT. Install it with: apt-get install chromium ***" >&2
[ -z "${CCM_NOTHING_LEFT_OUT:-}" ] || exit 1

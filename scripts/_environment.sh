# Used by the other scripts of this folder: system libraries, Python, and a virtual environment in .venv.
# Installs only what is missing, so the second run is fast.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset PYTHONPATH PYTHONHOME

VENV="$PWD/.venv"

# A file that the loader or the PATH must find, and the Debian package that contains it.
QT_LIBRARIES="
libEGL.so.1=libegl1 libGL.so.1=libgl1 libOpenGL.so.0=libopengl0 libglib-2.0.so.0=libglib2.0-0
libfontconfig.so.1=libfontconfig1 libdbus-1.so.3=libdbus-1-3 libxkbcommon.so.0=libxkbcommon0
libxkbcommon-x11.so.0=libxkbcommon-x11-0 libX11-xcb.so.1=libx11-xcb1 libxcb-cursor.so.0=libxcb-cursor0
libxcb-icccm.so.4=libxcb-icccm4 libxcb-image.so.0=libxcb-image0 libxcb-keysyms.so.1=libxcb-keysyms1
libxcb-randr.so.0=libxcb-randr0 libxcb-render-util.so.0=libxcb-render-util0 libxcb-shape.so.0=libxcb-shape0
libxcb-shm.so.0=libxcb-shm0 libxcb-sync.so.1=libxcb-sync1 libxcb-xfixes.so.0=libxcb-xfixes0
libxcb-xinerama.so.0=libxcb-xinerama0 libxcb-xkb.so.1=libxcb-xkb1"
VIRTUAL_SCREEN="Xvfb=xvfb xvfb-run=xvfb xauth=xauth"
BROWSERS="chromium chromium-browser google-chrome google-chrome-stable"

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 2; }

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
        then
            command -v "$candidate"
            return
        fi
    done
    fail "no Python 3.11 or newer on the PATH; install one, or name it: PYTHON=/path/to/python3.11 $0"
}

has() {
    case "$1" in
        *.so.*) grep -qF "/$1" <<<"$LOADER_CACHE" ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# Print the packages of the missing files among "file=package ...".
missing_packages() {
    local pair
    LOADER_CACHE="$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)"
    for pair in "$@"; do has "${pair%%=*}" || printf '%s\n' "${pair##*=}"; done | sort -u | tr '\n' ' '
}

# Install packages with apt if this needs no password; otherwise return 1.
apt_install() {
    local as_root=""
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root="sudo -n"
    fi
    say "installing with apt: $*"
    $as_root apt-get update -qq </dev/null >&2 || say "apt-get update failed; trying with the lists that are there"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
        </dev/null >&2
}

# Check the system libraries that Qt and OpenGL need on Linux; an error says what to install.
need_qt_libraries() {
    local missing
    [ "$(uname)" = Linux ] || return 0
    missing="$(missing_packages $QT_LIBRARIES)"
    fc-list 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-dejavu-core"
    [ -z "${missing// /}" ] || apt_install $missing \
        || fail "system libraries are missing; install them and run this again: sudo apt-get install -y $missing"
}

# Return 0 if a virtual screen is available.
want_virtual_screen() {
    local missing
    [ "$(uname)" = Linux ] || return 1
    missing="$(missing_packages $VIRTUAL_SCREEN)"
    [ -z "$missing" ] || apt_install $missing || {
        say "no virtual screen, so Qt draws off screen; for real windows: sudo apt-get install -y $missing"
        return 1
    }
}

# Install a browser for the tests of the pages, which are skipped without one.
want_browser() {
    local browser
    for browser in $BROWSERS; do command -v "$browser" >/dev/null && return; done
    [ "$(uname)" = Linux ] && apt_install chromium \
        || say "no Chromium, so the pages are not tested in a browser; install it: sudo apt-get install -y chromium"
}

# make_venv NAME PACKAGES...: "pip install PACKAGES..." into .venv, with the versions tested together.
make_venv() {
    local name="$1" python made_for stamp
    shift
    python="$(find_python)"
    made_for="$PWD $("$python" -c 'import sys; print(sys.executable, sys.version)' | tr '\n' ' ')"
    if [ "$(cat "$VENV/.made-for" 2>/dev/null)" != "$made_for" ]; then
        "$python" -c 'import ensurepip, venv' 2>/dev/null || need_venv_module "$python"
        say "making a virtual environment in .venv"
        "$python" -m venv --clear "$VENV" >&2
        printf '%s' "$made_for" >"$VENV/.made-for"
    fi
    stamp="$(cat pyproject.toml scripts/constraints.txt | cksum) $*"
    if [ "$(cat "$VENV/.installed-$name" 2>/dev/null)" != "$stamp" ]; then
        say "installing the project and what it needs (some minutes the first time)"
        "$VENV/bin/python" -m pip install -q --disable-pip-version-check 'pip>=25.1' >&2
        "$VENV/bin/python" -m pip install -q -c scripts/constraints.txt "$@" >&2
        printf '%s' "$stamp" >"$VENV/.installed-$name"
    fi
}

need_venv_module() {
    local package
    package="$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    apt_install "$package" || fail "Python's venv module is missing; install it: sudo apt-get install -y $package"
}

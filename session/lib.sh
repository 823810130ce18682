# What session/try, session/install, tests/run and tests/bench/run share. Sourced, never run; expects `set -euo pipefail`.

glasshouse_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages_list=$glasshouse_root/session/packages.txt

if [ -t 1 ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold='' red='' plain=''; fi

# Progress, with the seconds since the script started.
say() { printf '%s%4ds%s  %s\n' "$bold" "$SECONDS" "$plain" "$*"; }

# One sentence about what is wrong and what would help, then the end.
fail() {
    printf '%s%s%s\n' "$red" "$*" "$plain" >&2
    exit 1
}

# The packages of the named sections, one a line. Without names: of all of them but [rust], which is for `need_rust` to decide.
packages_of() {
    awk -v wanted=" $* " '
        { sub(/[ \t]*#.*/, "") }
        /^\[.*\]$/ { section = substr($0, 2, length($0) - 2); known[section] = 1; next }
        NF && ((wanted == "  " && section != "rust") || index(wanted, " " section " ")) { print $1 }
        END {
            count = split(wanted, names, " ")
            for (i = 1; i <= count; i++) if (!(names[i] in known)) { print "session/packages.txt has no section [" names[i] "]" > "/dev/stderr"; exit 1 }
        }' "$packages_list"
}

# Installs what is missing of the named sections. A moment if nothing is.
install_packages() {
    local wanted missing=() package installed as_root=()
    [ "${GLASSHOUSE_INSTALL:-yes}" != no ] || return 0
    wanted=$(packages_of "$@")
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
        fail "This is not Debian: install what corresponds to these packages, then run this again with GLASSHOUSE_INSTALL=no:" $wanted
    installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' 2>/dev/null | awk '$2 == "installed" { print $1 }')
    for package in $wanted; do
        grep --quiet --line-regexp --fixed-strings -- "$package" <<<"$installed" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "Packages are missing and installing them needs root: run \`apt-get install ${missing[*]}\` as root, then this again."
        as_root=(sudo env)
    else
        as_root=(env)
    fi
    say "installing from Debian: ${missing[*]}"
    "${as_root[@]}" apt-get -qq update || say "the package lists could not all be refreshed; trying with those that are there"
    "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends --no-remove \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "${missing[@]}" | sed --unbuffered --quiet 's/^Setting up \([^ ]*\) .*/       \1/p' ||
        fail "apt-get could not install ${missing[*]}: its message is above."
}

# Whether the cargo that is found first is as new as Cargo.toml asks.
rust_is_new_enough() {
    local found
    found=$(cargo --version 2>/dev/null | awk '{ print $2 }' | cut -d- -f1)
    [ -n "$found" ] && printf '%s\n%s\n' "$rust_needed" "$found" | sort --version-sort --check=quiet
}

# A cargo that is new enough: the one in PATH, rustup's, or Debian's. Nothing is replaced that somebody has installed.
need_rust() {
    local advice found
    rust_needed=$(awk -F'"' '/^rust-version/ { print $2; exit }' "$glasshouse_root/Cargo.toml")
    advice="Glasshouse needs Rust $rust_needed: get it from https://rustup.rs (or run \`rustup default stable\` and \`rustup update\`) and run this again."
    rust_is_new_enough || PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
    if ! rust_is_new_enough && ! command -v cargo >/dev/null && ! command -v rustup >/dev/null; then
        (install_packages rust) || fail "$advice"
        hash -r
    fi
    found=$(cargo --version 2>/dev/null || true)
    rust_is_new_enough || fail "${found:+$found is too old. }$advice"
}

# Where cargo builds. CI clones afresh each time, so its builds go to a cache outside the clone, where the next run finds them.
choose_target_dir() {
    if [ "${CI:-}" = true ] && [ -z "${CARGO_TARGET_DIR:-}" ]; then
        CARGO_TARGET_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/glasshouse/target
        # Each clone leaves its own crates behind; past this size starting over is cheaper than sorting them.
        if [ -d "$CARGO_TARGET_DIR" ] && [ "$(du --summarize --block-size=G "$CARGO_TARGET_DIR" | cut -f1 | tr -d G)" -gt 25 ]; then
            say "the build cache in $CARGO_TARGET_DIR has outgrown 25 GB: starting it afresh"
            rm -rf -- "$CARGO_TARGET_DIR"
        fi
        export CARGO_INCREMENTAL=0
    fi
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$glasshouse_root/target}
    # Relative directories mean those of the caller, and some of us change directory.
    case $CARGO_TARGET_DIR in /*) ;; *) CARGO_TARGET_DIR=$PWD/$CARGO_TARGET_DIR ;; esac
    programs=$CARGO_TARGET_DIR/debug
}

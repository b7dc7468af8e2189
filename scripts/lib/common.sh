# What the scripts have in common; each sources this file from the project's folder.
# shellcheck shell=bash disable=SC2034

DEFAULT_HOME_ASSISTANT=2026.10.4
# What else is tested: the newest soco that is supported, and the newest Home Assistant.
OTHER_SOCO=0.32.4
DEMO_HOME_ASSISTANT=2026.11.0
CACHE=$PWD/.cache
ME=${0##*/}

say() { echo "$ME: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# The versions of Home Assistant for which there is a list of packages.
available() {
  local lock names=()
  for lock in scripts/locked/homeassistant-*.txt; do
    lock=${lock##*/homeassistant-}
    names+=("${lock%.txt}")
  done
  echo "${names[*]}"
}

# The environment that scripts/setup makes for a version of Home Assistant.
environment_of() {
  if [ "$1" = "$DEFAULT_HOME_ASSISTANT" ]; then
    echo "$PWD/.venv"
  else
    echo "$CACHE/venv-$1"
  fi
}

# The value of the option $1, which is $2 if there is one.
value_of() {
  [ -n "${2-}" ] || fail "$1 needs a value. See scripts/$ME --help."
  echo "$2"
}

# What is the same wherever mpirun starts ranks. Sourced, never run; expects messages.bash.
# shellcheck disable=SC2034,SC2154 # used by, and from, the scripts that source this

# Fails unless mpirun is that of Open MPI 4 or newer: its options are written in the scripts.
require_mpirun() {
    command -v mpirun >/dev/null || fail 69 "there is no mpirun in the PATH; run launch/set-up"
    local version
    version=$(mpirun --version 2>/dev/null || true)
    if [[ ! $version =~ \(Open\ MPI\)\ ([0-9]+)\. ]] || ((BASH_REMATCH[1] < 4)); then
        fail 69 "${0##*/} knows the options of Open MPI 4 and 5, but mpirun is" \
            "'${version%%$'\n'*}'. With another MPI start wilson by hand: mpirun -n RANKS $wilson $*"
    fi
}

# Sets environment: what mpirun and the ranks need to find there.
set_environment() {
    environment=("OMP_NUM_THREADS=$threads")
    # Open MPI gives rank 0 a terminal of its own: only here is it known whether somebody watches.
    [[ ! -t 1 ]] || environment+=(WILSON_TERMINAL=1)
    if ((EUID == 0)); then
        say "running as root, as in a container: telling Open MPI that this is meant"
        environment+=(OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1)
    fi
}

# Runs the command line and exits with its code.
#
# The first signal to this script, also Ctrl-C, asks the ranks to stop with a checkpoint: mpirun hands
# SIGUSR1 on to all of them at once, while any other signal makes it end them. A second one does that.
run_to_its_end() {
    local launcher status=0
    # Jobs have a process group of their own, which Ctrl-C does not reach. mpirun would take the
    # standard input of a loop around this script.
    set -m
    env "${environment[@]}" "${command_line[@]}" </dev/null &
    launcher=$!
    set +m
    # shellcheck disable=SC2064 # the number is known now
    trap "trap 'kill -TERM $launcher' TERM INT HUP USR1; kill -USR1 $launcher" TERM INT HUP USR1
    while kill -0 "$launcher" 2>/dev/null; do
        # A signal ends the waiting, and not what is waited for.
        wait "$launcher" && status=0 || status=$?
    done
    ((status != 75)) || say "stopped with a checkpoint; the same command goes on from there"
    exit "$status"
}

# Prints the command line, with what it adds to the environment.
show_command() {
    printf '%s' "${environment[*]}"
    printf ' %q' "${command_line[@]}"
    printf '\n'
}

# Sets wilson, the program to run; fails when there is none, unless it is only to be shown.
find_wilson() {
    wilson=${WILSON:-$root/.build/release/wilson}
    if [[ ! -x $wilson ]] && ! $dry_run; then
        fail 69 "there is no program $wilson; launch/build builds it (or set WILSON)"
    fi
}

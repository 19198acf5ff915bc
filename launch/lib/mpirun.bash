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
    # mpirun ends the ranks when a signal ends it. They need time for a checkpoint: these are the
    # seconds until it kills them, for Open MPI 4 and 5.
    environment+=(OMPI_MCA_odls_base_sigkill_timeout=120 PRTE_MCA_odls_base_sigkill_timeout=120)
    # Open MPI gives rank 0 a terminal of its own: only here is it known whether somebody watches.
    [[ ! -t 1 ]] || environment+=(WILSON_TERMINAL=1)
    if ((EUID == 0)); then
        say "running as root, as in a container: telling Open MPI that this is meant"
        environment+=(OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1)
    fi
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

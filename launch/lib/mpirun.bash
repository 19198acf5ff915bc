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

# Whether whoever ends this script by a signal ends the ranks too, as Slurm does.
signals_reach_ranks=false

# The launcher's words for ranks that did not start, where its exit code does not tell; empty if it does.
words_of_no_start=''

# What is done after a stop with a checkpoint.
at_stop=:

# Sets restarts, how often a run that crashed is started again, from the value of --restarts.
read_restarts() {
    [[ $1 =~ ^(0|[1-9][0-9]{0,3})$ ]] || fail 64 "--restarts is '$1'; expected a number, 0 to 9999"
    restarts=$1
}

# What goes on with the run afterwards, in words.
going_on='the same command'

# Makes the command line the one that goes on with a run: `train --resume never` would refuse the folder
# that it has begun itself, and an auto-encoder that is kept in a file is taken up by --resume alone.
go_on() {
    local start=0 word
    while [[ ${command_line[start++]} != "$wilson" ]]; do :; done
    local -a given=("${command_line[@]:start}") kept=()
    case ${given[0]-}-${given[1]-} in
        train-*)
            for ((word = 0; word < ${#given[@]}; word++)); do
                case ${given[word]} in
                    --resume=never) continue ;;
                    --resume)
                        [[ ${given[word + 1]-} != never ]] || { word=$((word + 1)) && continue; } ;;
                esac
                kept+=("${given[word]}")
            done
            ((${#kept[@]} == ${#given[@]})) || going_on="the same command without --resume never"
            ;;
        autoencoder-train)
            kept=("${given[@]}")
            if [[ " ${given[*]}" == *' --output'[\ =]* && " ${given[*]} " != *' --resume '* ]]; then
                kept+=(--resume)
                going_on="the same command with --resume"
            fi
            ;;
        *) return 0 ;;
    esac
    command_line=("${command_line[@]:0:start}" "${kept[@]}")
}

# Runs the command line, again after a crash as often as restarts says, and exits with its code.
#
# A crash is what may be gone the next time: a rank or mpirun that was killed, a lost host, the end by
# the watchdog. Faults of the command, of the configuration, of files and of the training would come
# again. Whoever has stopped the run does not want it back.
run_to_its_end() {
    local status attempt=0 pause=2 is_stopped=false
    ((${SLURM_RESTART_COUNT:-0} == 0)) || go_on
    while :; do
        run_once
        case $status in
            0 | 64 | 65 | 66 | 69 | 73 | 75 | 76 | 78) break ;;
        esac
        if $is_stopped || ((attempt >= restarts)); then break; fi
        attempt=$((attempt + 1))
        say "the run ended with code $status; restart $attempt of $restarts in $pause s"
        # A signal ends the pause, and with it the run.
        sleep "$pause" >/dev/null 2>&1 &
        wait $! || true
        if $is_stopped; then
            kill $! 2>/dev/null || true
            break
        fi
        pause=$((pause * 2 < 300 ? pause * 2 : 300))
        go_on
    done
    if ((status == 75)); then
        go_on
        say "stopped with a checkpoint; $going_on goes on from there"
        "$at_stop"
    fi
    exit "$status"
}

# Runs the command line once, and sets status, and is_stopped when a signal came.
#
# The first signal to this script, also Ctrl-C, asks the ranks to stop with a checkpoint: mpirun hands
# SIGUSR1 on to all of them at once, while any other signal makes it end them. A second one does that.
run_once() {
    local launcher guard listener folder=''
    status=0
    [[ -z $words_of_no_start ]] || folder=$(mktemp -d 2>/dev/null) || say "no temporary folder:" \
        "if ranks do not start, this script may not notice"
    # Jobs have a process group of their own, which Ctrl-C does not reach. mpirun would take the
    # standard input of a loop around this script.
    set -m
    if [[ -n $folder ]]; then
        mkfifo "$folder/pipe"
        tee -- "$folder/errors" <"$folder/pipe" >&2 &
        listener=$!
        env "${environment[@]}" "${command_line[@]}" </dev/null 2>"$folder/pipe" &
    else
        env "${environment[@]}" "${command_line[@]}" </dev/null &
    fi
    launcher=$!
    set +m
    if $signals_reach_ranks; then
        trap 'is_stopped=true' TERM INT HUP
        # shellcheck disable=SC2064 # the number is known now
        trap "kill -USR1 $launcher 2>/dev/null || true" USR1
    else
        # shellcheck disable=SC2064 # the number is known now
        trap "is_stopped=true; trap 'kill -TERM $launcher 2>/dev/null' TERM INT HUP USR1
            kill -USR1 $launcher 2>/dev/null" TERM INT HUP USR1
    fi
    end_if_it_hangs "$launcher" &
    guard=$!
    while kill -0 "$launcher" 2>/dev/null; do
        # A signal ends the waiting, and not what is waited for.
        wait "$launcher" && status=0 || status=$?
    done
    kill "$guard" 2>/dev/null || true
    wait "$guard" 2>/dev/null || true
    if [[ -n $folder ]]; then
        while kill -0 "$listener" 2>/dev/null; do wait "$listener" || true; done
        if ((status == 0)) && grep -q "$words_of_no_start" "$folder/errors"; then
            say "the ranks did not start, as the lines above say, although ${command_line[0]} ended" \
                "with code 0"
            status=71
        fi
        rm -rf -- "$folder"
    fi
}

# Ends an mpirun that is still there 20 s after the last of its processes has ended.
#
# The end of Open MPI 4.1 locks itself up now and then where a rank has died while others were in
# MPI_Init: after 2 of some 270 disturbed starts on a busy machine. Whoever waits for the run would wait
# for ever.
end_if_it_hangs() {
    local launcher=$1 looks=0 children child line
    # When this is ended, bash may speak of the process that it waited for.
    exec 3>&2 2>/dev/null
    while ((looks < 10)); do
        # Nothing that waits for the output of the script waits for this.
        sleep 2 >/dev/null 3>&-
        # No such file: mpirun has ended, or the system does not tell.
        [[ -r /proc/$launcher/task/$launcher/children ]] || return 0
        looks=$((looks + 1))
        children=$(cat "/proc/$launcher"/task/*/children) || true
        for child in $children; do
            read -r line <"/proc/$child/stat" || continue
            line=${line##*) }
            [[ ${line:0:1} == Z ]] || looks=0
        done
    done
    say "all processes of mpirun have ended, and mpirun has not: ending it" 2>&3
    kill -9 "$launcher" || true
}

# Prints the command line, with what it adds to the environment.
show_command() {
    printf '%s' "${environment[*]}"
    printf ' %q' "${command_line[@]}"
    printf '\n'
}

# Sets wilson, the program to run; fails when there is none, unless it is only to be shown.
#
# In an installed tree, share/wilson is the root, and bin stands beside share.
find_wilson() {
    local own=$root/.build/release/wilson
    [[ ! -x $root/../../bin/wilson || -d $root/Sources ]] \
        || own=$(readlink -f -- "$root/../../bin/wilson")
    wilson=${WILSON:-$own}
    if [[ ! -x $wilson ]] && ! $dry_run; then
        fail 69 "there is no program $wilson; launch/build builds it (or set WILSON)"
    fi
}

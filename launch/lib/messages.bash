# How the launch scripts speak. Sourced, never run.
#
# Everything goes to standard error: standard output belongs to the program that is launched.

# Prints "script: message".
say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# Prints the lines as they are, for lists under a message.
say_lines() {
    printf '    %s\n' "$@" >&2
}

# Prints a number with its noun: count 1 core, count 2 core.
count() {
    (($1 == 1)) && echo "$1 $2" || echo "$1 $2s"
}

# Ends the script: fail EXIT-CODE MESSAGE. The codes are those of `wilson` itself:
# 64 command line, 69 something is not installed, 78 configuration.
fail() {
    local code=$1
    shift
    say "error: $*"
    exit "$code"
}

# Prints the header comment of the script that runs: the lines after the first, as far as they
# are comments. Directives of Slurm are none.
show_help() {
    sed -n '2,/^[^#]/ { s/^#$//p; s/^# //p; }' "$0"
}

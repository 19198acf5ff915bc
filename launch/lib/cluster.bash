# Reads a cluster configuration. Sourced, never run; expects $root and messages.bash.
# shellcheck disable=SC2034,SC2154 # set here for those who source this; root is set by them

# Every key that a configuration may set; cluster-configs/README.md explains them.
cluster_keys=(RANKS_PER_NODE THREADS_PER_RANK BINDING MPI_FLAGS CPU_TARGET VECTOR_WIDTH MODULES
    LAUNCHER HOSTFILE)

# Sets the keys above from NAME: a file of cluster-configs without `.conf`, or a path with a slash.
# Checks every value and loads the modules.
load_cluster() {
    local name=$1 file key known
    case $name in
        */*) file=$name ;;
        *) file=$root/cluster-configs/$name.conf ;;
    esac
    if [[ ! -f $file ]]; then
        known=$(cd "$root/cluster-configs" && printf '%s ' *.conf)
        fail 78 "there is no cluster configuration $file. cluster-configs has:" \
            "${known//.conf/}(or give a path with a slash)"
    fi
    # Other systems write a byte order mark and carriage returns, which are not part of a value.
    local fragment
    fragment=$(sed $'1s/^\xEF\xBB\xBF//; s/\r$//' "$file")
    bash -n <<<"$fragment" || fail 78 "$file is not a valid shell fragment"

    unset "${cluster_keys[@]}"
    CPU_TARGET=native VECTOR_WIDTH='' MPI_FLAGS=() MODULES=() LAUNCHER=mpirun HOSTFILE=
    local before after
    before=$(compgen -v | sort)
    # shellcheck source=/dev/null
    source /dev/stdin <<<"$fragment"
    after=$(compgen -v | sort)
    # A misspelt key would silently leave the default in place.
    for key in $(comm -13 <(echo "$before") <(echo "$after")); do
        if [[ $key == [A-Z]* && " ${cluster_keys[*]} " != *" $key "* ]]; then
            fail 78 "$file sets $key, which nothing reads. The keys are: ${cluster_keys[*]}"
        fi
    done

    # A string instead of an array would reach mpirun as one word.
    local word
    for word in "${MPI_FLAGS[@]}" "${MODULES[@]}"; do
        [[ $word != *[[:space:]]* ]] || fail 78 "$file: '$word' has a space." \
            "MPI_FLAGS and MODULES are lists, one word each: MPI_FLAGS=(--mca btl self,vader)"
    done
    expect "$file" RANKS_PER_NODE 'cores|numa-domains|[1-9][0-9]{0,5}' \
        "cores, numa-domains or a number"
    expect "$file" THREADS_PER_RANK 'fill|[1-9][0-9]{0,3}' "fill or a number"
    expect "$file" BINDING 'core|numa|none' "core, numa or none"
    expect "$file" CPU_TARGET '[A-Za-z0-9_.+-]*' \
        "a name that clang's -march takes (-mcpu on ARM), or nothing for a portable program"
    expect "$file" VECTOR_WIDTH '|128|256|512' "128, 256, 512 or nothing"
    expect "$file" LAUNCHER 'mpirun|srun' "mpirun or srun"
    load_modules "$file"
}

# Fails unless the key's value matches the pattern as a whole: expect FILE KEY PATTERN IN-WORDS.
expect() {
    local file=$1 key=$2 pattern=$3 words=$4
    local value=${!key-}
    [[ $value =~ ^($pattern)$ ]] || fail 78 "$file: $key is '$value'; expected $words"
}

# Loads MODULES with the site's `module` command.
load_modules() {
    ((${#MODULES[@]} > 0)) || return 0
    # The command's own scripts read variables that are not set.
    set +u
    if ! declare -F module >/dev/null && [[ -n ${MODULESHOME:-} ]]; then
        # shellcheck source=/dev/null
        source "$MODULESHOME/init/bash"
    fi
    declare -F module >/dev/null \
        || fail 69 "$1 wants the modules ${MODULES[*]}, but there is no \`module\` command here"
    module load "${MODULES[@]}" || fail 69 "could not load the modules ${MODULES[*]} of $1"
    set -u
}

# Sets cpu_flags to what `swift build` needs for CPU_TARGET and VECTOR_WIDTH. -Xcc reaches the code
# generator of Swift as well as of C.
set_cpu_flags() {
    cpu_flags=()
    [[ -n $CPU_TARGET ]] || return 0
    case $(uname -m) in
        x86_64)
            cpu_flags=(-Xcc "-march=$CPU_TARGET")
            [[ -z $VECTOR_WIDTH ]] || cpu_flags+=(-Xcc "-mprefer-vector-width=$VECTOR_WIDTH")
            ;;
        *) cpu_flags=(-Xcc "-mcpu=$CPU_TARGET") ;;
    esac
}

# How many ranks with how many threads, and on which cores. Sourced, never run; expects
# messages.bash, machine.bash and a loaded cluster configuration.
# shellcheck disable=SC2034,SC2154 # used by, and from, the scripts that source this

# Sets ranks and threads of one machine: plan_ranks NUMBER, or '' for what the configuration says.
plan_ranks() {
    ranks=$1
    if [[ -z $ranks ]]; then
        case $RANKS_PER_NODE in
            cores) ranks=$cores ;;
            numa-domains) ranks=$((numa_domains < cores ? numa_domains : cores)) ;;
            *) ranks=$RANKS_PER_NODE ;;
        esac
    fi
    # The largest number of ranks that must share one NUMA domain.
    local crowd=$(((ranks + numa_domains - 1) / numa_domains))
    threads=$THREADS_PER_RANK
    if [[ $threads == fill ]]; then
        threads=$((cores / ranks))
        if [[ $BINDING == numa ]] && ((smallest_domain / crowd < threads)); then
            threads=$((smallest_domain / crowd))
        fi
        ((threads > 0)) || threads=1
    fi

    # crowd_message tells why they do not fit; empty if they do.
    crowd_message=''
    if ((ranks * threads > cores)); then
        crowd_message="$(count "$ranks" rank) with $(count "$threads" thread) each: that takes"
        crowd_message+=" $(count $((ranks * threads)) core), and this process may use $cores"
    elif [[ $BINDING == numa ]] && ((crowd * threads > smallest_domain)); then
        crowd_message="$(count "$crowd" rank) with $(count "$threads" thread) each would share a"
        crowd_message+=" NUMA domain of $(count "$smallest_domain" core)"
    fi
}

# Fails when the ranks of plan_ranks do not fit.
refuse_crowd() {
    [[ -z $crowd_message ]] || fail 64 "$crowd_message. Take fewer ranks or threads" \
        "(RANKS_PER_NODE and THREADS_PER_RANK of $cluster)"
}

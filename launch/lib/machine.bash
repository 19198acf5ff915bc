# What this process may use of the machine. Sourced, never run; expects messages.bash.
# shellcheck disable=SC2034 # what is set here is used by the scripts that source this

# Prints how many whole cores the control group allows on average (docker --cpus, Kubernetes
# limits), at least 1; nothing without such a limit. The affinity mask does not show it.
cpu_quota() {
    local group quota='' period=''
    group=$(sed -n 's/^0:://p' /proc/self/cgroup 2>/dev/null) || return 0
    if ! read -r quota period 2>/dev/null <"/sys/fs/cgroup$group/cpu.max" \
        && ! read -r quota period 2>/dev/null </sys/fs/cgroup/cpu.max \
        && ! { read -r quota && read -r period <&3; } 2>/dev/null \
            </sys/fs/cgroup/cpu/cpu.cfs_quota_us 3</sys/fs/cgroup/cpu/cpu.cfs_period_us; then
        return 0
    fi
    [[ $quota =~ ^[1-9][0-9]*$ && $period =~ ^[1-9][0-9]*$ ]] || return 0
    echo $((quota < period ? 1 : quota / period))
}

# Sets cores (physical cores, hyperthreads not counted), numa_domains, smallest_domain (cores of
# the NUMA domain that has fewest) and narrowed (1: the affinity mask leaves out some of the
# machine). Counts only what the affinity mask and the CPU quota of this process leave.
measure_machine() {
    local allowed quota
    # In a container without /sys there is an lscpu that finds nothing.
    if ! lscpu --parse=CPU >/dev/null 2>&1 || [[ ! -r /proc/self/status ]]; then
        cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
        numa_domains=1 smallest_domain=$cores narrowed=0
        return
    fi

    allowed=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
    # lscpu lists every CPU that is online, whatever the mask; its core numbers are unique over
    # sockets. The NODE column is empty on kernels without NUMA.
    read -r cores numa_domains smallest_domain narrowed < <(
        lscpu --parse=CPU,CORE,NODE | awk -F, -v allowed="$allowed" '
            BEGIN {
                parts = split(allowed, ranges, ",")
                for (i = 1; i <= parts; i++) {
                    ends = split(ranges[i], range, "-")
                    for (cpu = range[1] + 0; cpu <= range[ends] + 0; cpu++) mine[cpu] = 1
                }
            }
            /^#/ { next }
            !($1 in mine) { narrowed = 1; next }
            !($2 in seen) { seen[$2] = 1; cores++; if (!domain[$3]++) domains++ }
            END {
                for (d in domain) if (!smallest || domain[d] < smallest) smallest = domain[d]
                print cores + 0, domains + 0, smallest + 0, narrowed + 0
            }')

    quota=$(cpu_quota)
    if [[ -n $quota ]] && ((quota < cores)); then
        say "a CPU quota leaves $quota of $(count "$cores" core)"
        cores=$quota
        ((smallest_domain <= cores)) || smallest_domain=$cores
    fi
    ((cores > 0)) || fail 69 "found no CPU that this process may use (mask: $allowed)"
}

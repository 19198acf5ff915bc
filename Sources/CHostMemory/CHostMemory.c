#include "CHostMemory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// The name of a token's memory; macOS allows 31 bytes.
struct name { char text[32]; };

static struct name name_of(uint64_t token) {
    struct name name;
    snprintf(name.text, sizeof name.text, "/wilson-%016" PRIx64, token);
    return name;
}

static void *map(int file, size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/// Whether a file may be so long.
///
/// Writing beyond the limit would end the process by a signal.
static bool is_allowed(size_t bytes) {
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0
           && (limit.rlim_cur == RLIM_INFINITY || bytes <= limit.rlim_cur);
}

/// The open file of the memory that this process has made and not yet forgotten; -1 for none.
static int own_file = -1;

void *host_memory_create(uint64_t token, size_t bytes) {
    if (!is_allowed(bytes)) return NULL;
    struct name name = name_of(token);
    int file = shm_open(name.text, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return NULL;
    void *memory = NULL;
    struct stat status;
    // The lock says that the name is in use, until the process forgets it or ends. Another process may
    // have removed the name before it was locked.
    if (flock(file, LOCK_SH) == 0 && fstat(file, &status) == 0 && status.st_nlink > 0
        && ftruncate(file, (off_t)bytes) == 0) memory = map(file, bytes);
    if (memory && own_file < 0) own_file = file;
    else close(file);
    if (!memory) shm_unlink(name.text);
    return memory;
}

int host_memory_remove_left(void) {
    int removed = 0;
#if defined(__linux__)
    DIR *folder = opendir("/dev/shm");
    if (!folder) return 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        uint64_t token;
        if (sscanf(entry->d_name, "wilson-%16" SCNx64, &token) != 1) continue;
        struct name name = name_of(token);
        if (strcmp(name.text + 1, entry->d_name) != 0) continue;
        int file = shm_open(name.text, O_RDWR | O_CLOEXEC, 0);
        if (file < 0) continue;
        struct stat status;
        bool is_own = fstat(file, &status) == 0 && status.st_uid == geteuid();
        // The lock of a process that was killed is gone.
        if (is_own && flock(file, LOCK_EX | LOCK_NB) == 0 && shm_unlink(name.text) == 0) removed++;
        close(file);
    }
    closedir(folder);
#endif
    return removed;
}

void *host_memory_open(uint64_t token, size_t bytes) {
    int file = shm_open(name_of(token).text, O_RDWR, 0);
    if (file < 0) return NULL;
    struct stat status;
    bool is_ours = fstat(file, &status) == 0 && (uint64_t)status.st_size >= bytes;
    void *memory = is_ours ? map(file, bytes) : NULL;
    close(file);
    return memory;
}

bool host_memory_take(uint64_t token, size_t first, size_t bytes) {
    if (!is_allowed(first + bytes)) return false;
#if defined(__linux__)
    // A store to a page that does not fit into /dev/shm would end the process by a signal.
    int file = shm_open(name_of(token).text, O_RDWR, 0);
    if (file < 0) return false;
    int code;
    do code = posix_fallocate(file, (off_t)first, (off_t)bytes);
    while (code == EINTR);
    close(file);
    return code == 0;
#else
    (void)token;
    return true;
#endif
}

void host_memory_forget(uint64_t token) {
    shm_unlink(name_of(token).text);
    if (own_file >= 0) close(own_file);
    own_file = -1;
}

void host_memory_close(void *memory, size_t bytes) { munmap(memory, bytes); }

void host_memory_put(int64_t *place, int64_t value) {
    __atomic_store_n(place, value, __ATOMIC_RELAXED);
}

int64_t host_memory_get(const int64_t *place) {
    return __atomic_load_n(place, __ATOMIC_RELAXED);
}

enum {
    lanes = 16,
    /// The values between two checks whether all of them fitted.
    block = 4096,
};

typedef int32_t wide __attribute__((vector_size(lanes * sizeof(int32_t))));
typedef int16_t narrow __attribute__((vector_size(lanes * sizeof(int16_t))));
typedef int32_t quarter __attribute__((vector_size(16)));

/// Stores at most a block of values; returns false if one does not fit.
static inline bool store_block(const int32_t *values, size_t count, int16_t *to, bool past_caches) {
    wide lost = {0};
    size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        wide all;
        memcpy(&all, values + i, sizeof all);
        narrow low = __builtin_convertvector(all, narrow);
        if (past_caches) __builtin_nontemporal_store(low, (narrow *)(to + i));
        else memcpy(to + i, &low, sizeof low);
        lost |= all ^ __builtin_convertvector(low, wide);
    }
    int32_t any = 0;
    for (int lane = 0; lane < lanes; lane++) any |= lost[lane];
    for (; i < count; i++) {
        to[i] = (int16_t)values[i];
        any |= values[i] ^ to[i];
    }
    return any == 0;
}

static bool is_aligned(const void *place) { return (uintptr_t)place % 64 == 0; }

bool host_memory_store_narrow(
    const int32_t *values, size_t count, int16_t *to, bool past_caches) {
    past_caches = past_caches && is_aligned(to);
    for (size_t i = 0; i < count; i += block) {
        size_t part = count - i < block ? count - i : block;
        bool fits = past_caches ? store_block(values + i, part, to + i, true)
                                : store_block(values + i, part, to + i, false);
        if (!fits) return false;
    }
    return true;
}

/// Stores bytes; past the caches 16 at a time.
static void store_bytes(const char *from, size_t count, char *to, bool past_caches) {
    size_t i = 0;
    if (past_caches && is_aligned(to)) {
        for (; i + sizeof(quarter) <= count; i += sizeof(quarter)) {
            quarter some;
            memcpy(&some, from + i, sizeof some);
            __builtin_nontemporal_store(some, (quarter *)(to + i));
        }
    }
    memcpy(to + i, from + i, count - i);
}

void host_memory_store_wide(const int32_t *values, size_t count, int32_t *to, bool past_caches) {
    store_bytes((const char *)values, count * sizeof *values, (char *)to, past_caches);
}

void host_memory_store_words(const int16_t *values, size_t count, int16_t *to, bool past_caches) {
    store_bytes((const char *)values, count * sizeof *values, (char *)to, past_caches);
}

// One word tells both, so that nobody reads the form of another round.
typedef _Atomic uint64_t arrival;

void host_memory_arrive(void *place, uint32_t round, uint32_t form) {
#if defined(__x86_64__)
    // Stores past the caches keep no order of their own.
    _mm_sfence();
#endif
    atomic_store_explicit(
        (arrival *)place, (uint64_t)round << 32 | form, memory_order_release);
}

int32_t host_memory_await(const void *place, uint32_t round) {
    for (int i = 0; i < 1000; i++) {
        uint64_t value = atomic_load_explicit((const arrival *)place, memory_order_acquire);
        if (value >> 32 == round) return (int32_t)(value & UINT32_MAX);
#if defined(__x86_64__)
        _mm_pause();
#endif
    }
    return -1;
}

// Memory that is not there. Swift ends a program by a trap when it gets none; here the program ends with
// a message and an exit code instead. The functions below take the place of the C library's own, which do
// the work.

#include "CHostMemory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_OTHER_ALLOCATOR 1
#endif
#endif

#if defined(__GLIBC__) && !defined(HAS_OTHER_ALLOCATOR)

#include <fcntl.h>

/// The exit code; 0 while memory that is not there is told of by NULL, as usual.
static int exit_code = 0;

void host_memory_exit_where_none(int code) { exit_code = code; }

/// The bytes that the system could still give; -1 if it does not tell.
static long long available(void) {
    char text[4096];
    int file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    text[count > 0 ? count : 0] = 0;
    char *line = strstr(text, "MemAvailable:");
    return line ? strtoll(line + strlen("MemAvailable:"), NULL, 10) * 1024 : -1;
}

/// Ends the program, if it is told to; nothing here takes memory.
static void *none(size_t bytes) {
    if (exit_code == 0) {
        errno = ENOMEM;
        return NULL;
    }
    char limit[80] = "", text[400];
    struct rlimit room;
    if (getrlimit(RLIMIT_AS, &room) == 0 && room.rlim_cur != RLIM_INFINITY)
        snprintf(limit, sizeof limit, ", and the process may have %" PRIuMAX " in all (ulimit -v)",
                 (uintmax_t)room.rlim_cur);
    int count = snprintf(
        text, sizeof text,
        "wilson: error: no memory: %zu bytes were asked for; the host has %lld left%s. Take a smaller "
        "machine or fewer cases, more hosts, or a host with more memory\n",
        bytes, available(), limit);
    if (write(2, text, (size_t)count) < 0) {}
    _exit(exit_code);
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t bytes) {
    void *memory = __libc_malloc(bytes);
    return memory ? memory : none(bytes);
}

void *calloc(size_t count, size_t bytes) {
    void *memory = __libc_calloc(count, bytes);
    return memory ? memory : none(count * bytes);
}

void *realloc(void *old, size_t bytes) {
    void *memory = __libc_realloc(old, bytes);
    return memory || bytes == 0 ? memory : none(bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    void *memory = __libc_memalign(alignment, bytes);
    return memory ? memory : none(bytes);
}

int posix_memalign(void **place, size_t alignment, size_t bytes) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0)
        return EINVAL;
    void *memory = __libc_memalign(alignment, bytes);
    if (!memory && !none(bytes)) return ENOMEM;
    *place = memory;
    return 0;
}

#else

void host_memory_exit_where_none(int code) { (void)code; }

#endif

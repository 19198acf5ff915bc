#pragma once
#include <oneapi/dnnl/dnnl.h>

// oneDNN has no call for its number of threads: it runs on OpenMP's. Declared here because omp.h
// belongs to a compiler (gcc's), not to the system.
void omp_set_num_threads(int count);
int omp_get_max_threads(void);

// Loops of our own run on the same threads: two pools would fight for the cores. This is what gcc
// makes of `#pragma omp parallel`; Swift has no such pragma.
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);

// The level of x86-64 for which this program is compiled. -march is passed to the C compiler
// (`swift build -Xcc -march=…`), which hands it on to Swift's; only C can see the result.
static inline const char *compiled_cpu_target(void) {
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)
    return "x86-64-v4";
#elif defined(__AVX2__) && defined(__FMA__)
    return "x86-64-v3";
#elif defined(__SSE4_2__)
    return "x86-64-v2";
#elif defined(__x86_64__)
    return "x86-64";
#elif defined(__aarch64__)
    return "arm64";
#else
    return "unknown";
#endif
}

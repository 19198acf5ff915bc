#pragma once
#include <oneapi/dnnl/dnnl.h>

// oneDNN runs on OpenMP's threads and has no function of its own for their number. OpenMP's
// functions are declared here, because omp.h belongs to a compiler (gcc) and not to the system.
void omp_set_num_threads(int count);
int omp_get_max_threads(void);

// Wilson's own loops run on the same threads, since two pools would compete for the cores. gcc
// compiles `#pragma omp parallel` to this call; Swift does not know the pragma.
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);

// The level of x86-64 for which this program is compiled. The C compiler receives -march
// (`swift build -Xcc -march=…`) and passes it on to Swift's. Only C can see the result.
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

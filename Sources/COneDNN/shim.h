#pragma once
#include <oneapi/dnnl/dnnl.h>

// oneDNN has no call for its number of threads: it runs on OpenMP's. Declared here because omp.h
// belongs to a compiler (gcc's), not to the system.
void omp_set_num_threads(int count);
int omp_get_max_threads(void);

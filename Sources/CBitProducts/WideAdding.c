#if defined(__x86_64__)
// Entries are added by vpaddw, the offsets made by a shift and a mask: for cores that add four vectors
// a cycle beside two loads.
#define WIDE_TARGET "avx512f,avx512bw,avx512vl,avx512dq,bmi2"
#define WIDE_ACCUMULATES 0
#define WIDE_MULTIPLY bit_products_wide_adding
#include "Wide.h"
#endif

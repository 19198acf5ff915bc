#if defined(__x86_64__)
// Entries are added by vpdpwssd, the offsets made by pext: for cores on which a load and a simple vector
// operation share the results of a cycle, and the multiplier's do not count.
#define WIDE_TARGET "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,bmi2"
#define WIDE_ACCUMULATES 1
#define WIDE_MULTIPLY bit_products_wide_accumulating
#include "Wide.h"
#endif

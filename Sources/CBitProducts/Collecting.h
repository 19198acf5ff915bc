// Where sums of many k are collected.
#pragma once

#include "CBitProducts.h"

/// Where the sums of all runs but the last are collected.
///
/// `columns` are the kernel's.
static inline struct bit_products_sums before_last_run(
    const struct bit_products_sums *sums, size_t columns) {
    if (!sums->collected) return *sums;
    return (struct bit_products_sums){.wide = sums->collected, .stride = columns};
}

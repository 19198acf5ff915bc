#pragma once

#include <stddef.h>
#include <stdint.h>

// Exact products of bits and signed bytes by tables, with AVX2. In C because Swift has no name for
// the instructions. No float is touched here.
//
// Four bits select one of sixteen sums of four bytes: a table of these sums turns four products and
// four additions into one load and one addition, for 16 columns at once (the method of the four
// Russians [Arlazarov70]). Tables are made for 64 columns and 32 successive k, 16 KB, which stay in
// the first-level cache while the rows go by.
//
// The left operand, bits of shape [m, k], becomes codes: for 32 successive k one byte for each four
// of them, 8 bytes a row. The right operand, bytes of shape [k, n] or its transpose, is read as it
// is: at most 32 bytes, or 64 columns, around a place that is in it.

/// The columns of a block of the product.
#define BIT_PRODUCTS_COLUMNS 64

/// The bytes that codes take: 8 for each row and each 32 successive k.
size_t bit_products_code_bytes(size_t m, size_t k);

/// Writes the codes of bits of shape [m, k].
void bit_products_encode(const uint8_t *bits, size_t m, size_t k, uint8_t *codes);

/// Writes the codes of the transpose of m columns, from `first` on, of bits of shape [k, stride].
void bit_products_encode_transposed(
    const uint8_t *bits, size_t stride, size_t first, size_t m, size_t k, uint8_t *codes);

/// The right operand of a product.
struct bit_products_bytes {
    const int8_t *bytes;
    size_t n, k;
    /// Whether the bytes have shape [n, k], not [k, n].
    int is_transposed;
};

/// Writes one block of columns of the product: 64 columns from `column` on, or those that are left.
///
/// partial has room for 64 · m sums, and begins at a multiple of 32 bytes; sums has rows of `stride`
/// integers.
void bit_products_multiply(
    const uint8_t *codes, size_t m, const struct bit_products_bytes *right, size_t column,
    int16_t *partial, int32_t *sums, size_t stride);

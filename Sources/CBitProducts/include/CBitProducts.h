#pragma once

#include <stddef.h>
#include <stdint.h>

// Exact products of bits and signed bytes with AVX2. In C because Swift has no name for the
// instruction (vpmaddubsw) that multiplies 32 bytes and adds them by twos. No float is touched here.
//
// a·b is computed from two prepared operands. The left one, bits of shape [m, k], becomes words: each
// holds one row's bits of two successive k, twice. The right one, bytes of shape [k, n], becomes
// panels of 32 columns, in which the bytes of two successive k stand side by side; what is missing of
// the last panel and the last pair is zero. There are (k + 1) / 2 pairs.

/// The columns of a panel of the right operand.
#define BIT_PRODUCTS_PANEL 32

/// Writes the words of bits of shape [m, k]: word (row, pair) at words[row · pairs + pair].
void bit_products_expand(const uint8_t *bits, size_t m, size_t k, uint32_t *words);

/// Writes the words of the transpose of bits of shape [k, m]: word (row, pair) at
/// words[pair · m + row].
void bit_products_expand_transposed(const uint8_t *bits, size_t m, size_t k, uint32_t *words);

/// Writes panels first to end of bytes of shape [k, n]; each takes 64 · pairs bytes.
void bit_products_pack(
    const int8_t *bytes, size_t k, size_t n, size_t first, size_t end, int8_t *panels);

/// Writes panels first to end of the transpose of bytes of shape [n, k].
void bit_products_pack_transposed(
    const int8_t *bytes, size_t k, size_t n, size_t first, size_t end, int8_t *panels);

/// Writes rows first to end of the product, of shape [m, n].
///
/// row_stride and pair_stride are the distances between the words of successive rows and pairs.
void bit_products_multiply(
    const uint32_t *words, size_t row_stride, size_t pair_stride, const int8_t *panels,
    int32_t *product, size_t first, size_t end, size_t n, size_t pairs);

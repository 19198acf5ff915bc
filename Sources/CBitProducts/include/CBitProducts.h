#pragma once

#include <stddef.h>
#include <stdint.h>

// Exact products of bits and signed integers of one or two bytes by tables, with AVX2. In C because
// Swift has no name for the instructions. No float is touched here.
//
// Four bits select one of sixteen sums of four integers, five bits one of 32 of five: a table of
// these sums turns four or five products and additions into one load and one addition, for 16
// columns at once (the method of the four Russians [Arlazarov70]). Tables are made for 32 columns
// and 60 successive k; they take 15 or 24 KB and stay in the first-level cache while the rows go by.
// Tables of five bits cost twice as much to make and save a fifth of the loads: they are for many
// rows.
//
// The left operand, bits of shape [m, k], becomes codes: for 60 successive k one byte for each group
// of them, 16 bytes a row. The right operand, of shape [k, n] or its transpose, is read as it is.

/// The columns of a block of the product.
#define BIT_PRODUCTS_COLUMNS 32

/// The successive k of a block.
#define BIT_PRODUCTS_DEPTH 60

/// How many successive k, from each multiple of this number on, must have sums of words that fit 16
/// bits, whatever is selected of them.
#define BIT_PRODUCTS_WORDS_DEPTH 480

/// The bytes that codes take: 16 for each row and each 60 successive k.
size_t bit_products_code_bytes(size_t m, size_t k);

/// Writes the codes of bits of shape [m, k], for tables of `group` bits, 4 or 5.
void bit_products_encode(const uint8_t *bits, size_t m, size_t k, int group, uint8_t *codes);

/// Writes the codes of the transpose of m columns, from `first` on, of bits of shape [k, stride].
void bit_products_encode_transposed(
    const uint8_t *bits, size_t stride, size_t first, size_t m, size_t k, int group,
    uint8_t *codes);

/// The right operand of a product: words or bytes, the other pointer is null.
struct bit_products_right {
    const int16_t *words;
    const int8_t *bytes;
    size_t n, k;
    /// Whether the shape is [n, k], not [k, n].
    int is_transposed;
};

/// Writes one block of columns of the product: 32 columns from `column` on, or those that are left.
///
/// codes are those for the same group; partial has room for 32 · m sums, and begins at a multiple of
/// 32 bytes; sums has rows of `stride` integers.
void bit_products_multiply(
    const uint8_t *codes, size_t m, int group, const struct bit_products_right *right,
    size_t column, int16_t *partial, int32_t *sums, size_t stride);

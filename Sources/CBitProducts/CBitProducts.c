#include "CBitProducts.h"

#if defined(__x86_64__)
#include <immintrin.h>

// The instruction set is asked for function by function: the program also starts on older CPUs,
// where the caller takes oneDNN.
#define AVX2 __attribute__((target("avx2")))
#define INLINE_AVX2 static inline __attribute__((always_inline, target("avx2")))

enum {
    panel = BIT_PRODUCTS_PANEL,
    pair_bytes = 2 * panel,
    // Twelve sums, two vectors of the panel, one broadcast and one product: all 16 registers.
    tile_rows = 6,
    // Sums stay in 16 bits for so many pairs: 128 · (−128 − 128) is the least of them.
    pairs_at_once = 128,
    // A block's words stay in the second-level cache while panels go by, and a few panels in the
    // first while tiles go by.
    block_rows = 32 * tile_rows,
    block_columns = 8 * panel,
};

static size_t least(size_t x, size_t y) { return x < y ? x : y; }

/// The bits of one row at two successive k, twice.
static inline uint32_t word(uint32_t first, uint32_t second) {
    return (first | second << 8) * 0x10001u;
}

AVX2 void bit_products_expand(const uint8_t *bits, size_t m, size_t k, uint32_t *words) {
    size_t pairs = (k + 1) / 2;
    for (size_t i = 0; i < m; i++) {
        const uint8_t *row = bits + i * k;
        uint32_t *out = words + i * pairs;
        for (size_t p = 0; p < k / 2; p++) out[p] = word(row[2 * p], row[2 * p + 1]);
        if (k % 2 == 1) out[pairs - 1] = word(row[k - 1], 0);
    }
}

AVX2 void bit_products_expand_transposed(
    const uint8_t *bits, size_t m, size_t k, uint32_t *words) {
    for (size_t p = 0; p < k / 2; p++) {
        const uint8_t *first = bits + 2 * p * m, *second = first + m;
        for (size_t i = 0; i < m; i++) words[p * m + i] = word(first[i], second[i]);
    }
    if (k % 2 == 1) {
        const uint8_t *last = bits + (k - 1) * m;
        for (size_t i = 0; i < m; i++) words[k / 2 * m + i] = word(last[i], 0);
    }
}

AVX2 void bit_products_pack(
    const int8_t *bytes, size_t k, size_t n, size_t first, size_t end, int8_t *panels) {
    size_t pairs = (k + 1) / 2;
    for (size_t p = 0; p < pairs; p++) {
        const int8_t *x = bytes + 2 * p * n;
        const int8_t *y = 2 * p + 1 < k ? x + n : NULL;
        for (size_t j = first * panel; j < end * panel; j += panel) {
            int8_t *out = panels + (j / panel * pairs + p) * pair_bytes;
            if (j + panel <= n && y) {
                // The unpacking works within halves of 16 bytes, so the middle quarters change
                // places before.
                __m256i u = _mm256_loadu_si256((const __m256i *)(x + j));
                __m256i v = _mm256_loadu_si256((const __m256i *)(y + j));
                u = _mm256_permute4x64_epi64(u, 0xD8);
                v = _mm256_permute4x64_epi64(v, 0xD8);
                _mm256_storeu_si256((__m256i *)out, _mm256_unpacklo_epi8(u, v));
                _mm256_storeu_si256((__m256i *)(out + panel), _mm256_unpackhi_epi8(u, v));
            } else {
                for (size_t i = 0; i < panel; i++) {
                    int inside = j + i < n;
                    out[2 * i] = inside ? x[j + i] : 0;
                    out[2 * i + 1] = inside && y ? y[j + i] : 0;
                }
            }
        }
    }
}

/// Transposes eight rows of eight pairs.
INLINE_AVX2 void transpose(const int8_t *bytes, size_t stride, int8_t *out) {
    __m128i rows[8], twos[8];
    for (int i = 0; i < 8; i++) rows[i] = _mm_loadu_si128((const __m128i *)(bytes + i * stride));
    for (int i = 0; i < 4; i++) {
        twos[i] = _mm_unpacklo_epi16(rows[2 * i], rows[2 * i + 1]);
        twos[4 + i] = _mm_unpackhi_epi16(rows[2 * i], rows[2 * i + 1]);
    }
    for (int half = 0; half < 2; half++) {
        const __m128i *x = twos + 4 * half;
        int8_t *to = out + 4 * half * pair_bytes;
        __m128i even = _mm_unpacklo_epi32(x[0], x[1]), odd = _mm_unpackhi_epi32(x[0], x[1]);
        __m128i even2 = _mm_unpacklo_epi32(x[2], x[3]), odd2 = _mm_unpackhi_epi32(x[2], x[3]);
        _mm_storeu_si128((__m128i *)to, _mm_unpacklo_epi64(even, even2));
        _mm_storeu_si128((__m128i *)(to + pair_bytes), _mm_unpackhi_epi64(even, even2));
        _mm_storeu_si128((__m128i *)(to + 2 * pair_bytes), _mm_unpacklo_epi64(odd, odd2));
        _mm_storeu_si128((__m128i *)(to + 3 * pair_bytes), _mm_unpackhi_epi64(odd, odd2));
    }
}

AVX2 void bit_products_pack_transposed(
    const int8_t *bytes, size_t k, size_t n, size_t first, size_t end, int8_t *panels) {
    size_t pairs = (k + 1) / 2;
    for (size_t j = first * panel; j < end * panel; j += panel) {
        int8_t *out = panels + j / panel * pairs * pair_bytes;
        size_t whole = j + panel <= n ? k / 16 * 8 : 0;
        for (size_t p = 0; p < whole; p += 8)
            for (size_t i = 0; i < panel; i += 8)
                transpose(bytes + (j + i) * k + 2 * p, k, out + p * pair_bytes + 2 * i);
        for (size_t p = whole; p < pairs; p++)
            for (size_t i = 0; i < panel; i++) {
                const int8_t *row = bytes + (j + i) * k;
                int inside = j + i < n;
                out[p * pair_bytes + 2 * i] = inside ? row[2 * p] : 0;
                out[p * pair_bytes + 2 * i + 1] = inside && 2 * p + 1 < k ? row[2 * p + 1] : 0;
            }
    }
}

/// The operands of one tile, and where its sums go.
struct tile {
    const uint32_t *words;
    size_t row_stride, pair_stride;
    const int8_t *panel;
    size_t pairs;
    int32_t *product;
    size_t product_stride;
    /// Whether the sums overwrite the product or are added to it.
    int overwrites;
};

INLINE_AVX2 void store(const struct tile *t, __m128i sums, int32_t *to) {
    __m256i wide = _mm256_cvtepi16_epi32(sums);
    if (!t->overwrites) wide = _mm256_add_epi32(wide, _mm256_loadu_si256((const __m256i *)to));
    _mm256_storeu_si256((__m256i *)to, wide);
}

/// Computes a tile of a number of rows that the compiler knows, so that its sums stay in registers.
INLINE_AVX2 void multiply_tile(const struct tile *t, int rows) {
    __m256i left[tile_rows], right[tile_rows];
    for (int i = 0; i < rows; i++) left[i] = right[i] = _mm256_setzero_si256();
    for (size_t p = 0; p < t->pairs; p++) {
        const __m256i *bytes = (const __m256i *)(t->panel + p * pair_bytes);
        __m256i first = _mm256_loadu_si256(bytes), second = _mm256_loadu_si256(bytes + 1);
        for (int i = 0; i < rows; i++) {
            uint32_t word = t->words[i * t->row_stride + p * t->pair_stride];
            __m256i bits = _mm256_set1_epi32((int)word);
            left[i] = _mm256_add_epi16(left[i], _mm256_maddubs_epi16(bits, first));
            right[i] = _mm256_add_epi16(right[i], _mm256_maddubs_epi16(bits, second));
        }
    }
    for (int i = 0; i < rows; i++) {
        int32_t *to = t->product + i * t->product_stride;
        store(t, _mm256_castsi256_si128(left[i]), to);
        store(t, _mm256_extracti128_si256(left[i], 1), to + 8);
        store(t, _mm256_castsi256_si128(right[i]), to + 16);
        store(t, _mm256_extracti128_si256(right[i], 1), to + 24);
    }
}

AVX2 static void multiply_rows(const struct tile *t, size_t rows) {
    switch (rows) {
    case 6: multiply_tile(t, 6); break;
    case 5: multiply_tile(t, 5); break;
    case 4: multiply_tile(t, 4); break;
    case 3: multiply_tile(t, 3); break;
    case 2: multiply_tile(t, 2); break;
    case 1: multiply_tile(t, 1); break;
    }
}

/// Computes a tile at the right edge, of which only some columns are in the product.
AVX2 static void multiply_edge(struct tile t, size_t rows, size_t columns) {
    int32_t sums[tile_rows * panel];
    int32_t *product = t.product;
    size_t stride = t.product_stride;
    int overwrites = t.overwrites;
    t.product = sums;
    t.product_stride = panel;
    t.overwrites = 1;
    multiply_rows(&t, rows);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            int32_t *to = product + i * stride + j;
            *to = (overwrites ? 0 : *to) + sums[i * panel + j];
        }
}

AVX2 void bit_products_multiply(
    const uint32_t *words, size_t row_stride, size_t pair_stride, const int8_t *panels,
    int32_t *product, size_t first, size_t end, size_t n, size_t pairs) {
    for (size_t column = 0; column < n; column += block_columns)
        for (size_t row = first; row < end; row += block_rows)
            for (size_t pair = 0; pair < pairs; pair += pairs_at_once) {
                size_t last_row = least(row + block_rows, end);
                size_t last_column = least(column + block_columns, n);
                for (size_t i = row; i < last_row; i += tile_rows)
                    for (size_t j = column; j < last_column; j += panel) {
                        size_t rows = least(tile_rows, last_row - i);
                        struct tile t = {
                            .words = words + i * row_stride + pair * pair_stride,
                            .row_stride = row_stride,
                            .pair_stride = pair_stride,
                            .panel = panels + (j / panel * pairs + pair) * pair_bytes,
                            .pairs = least(pairs_at_once, pairs - pair),
                            .product = product + i * n + j,
                            .product_stride = n,
                            .overwrites = pair == 0,
                        };
                        if (j + panel <= n)
                            multiply_rows(&t, rows);
                        else
                            multiply_edge(t, rows, n - j);
                    }
            }
}
#endif

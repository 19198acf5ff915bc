#include "CBitProducts.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

// The instruction set is asked for function by function: the program also starts on older CPUs,
// where the caller takes oneDNN.
#define AVX2 __attribute__((target("avx2")))
#define INLINE_AVX2 static inline __attribute__((always_inline, target("avx2")))

enum {
    columns = BIT_PRODUCTS_COLUMNS,
    /// Sums in a vector, vectors in an entry of a table.
    lanes = 16,
    entry_vectors = columns / lanes,
    /// Successive k of a block: 15 groups of four, or 12 of five.
    depth = BIT_PRODUCTS_DEPTH,
    most_groups = depth / 4,
    /// Bytes of a row's codes in a block, one for each group.
    code_bytes = 16,
    /// Room for the tables of a block: those of five bits take more.
    table_vectors = depth / 5 * 32 * entry_vectors,
    /// Sums of bytes stay in 16 bits for so many blocks: 4·60·−128 is the least of them.
    blocks_of_bytes = 4,
    /// Sums of words do for so many, which is what the caller promises.
    blocks_of_words = BIT_PRODUCTS_WORDS_DEPTH / depth,
};

_Static_assert(depth % 4 == 0 && depth % 5 == 0, "a block is a whole number of groups");
_Static_assert(most_groups <= code_bytes, "a block's codes fit");
_Static_assert(blocks_of_bytes * depth <= 256, "sums of bytes fit 16 bits");
_Static_assert(blocks_of_words * depth == BIT_PRODUCTS_WORDS_DEPTH, "whole blocks of words");

static size_t least(size_t x, size_t y) { return x < y ? x : y; }

static size_t block_count(size_t k) { return (k + depth - 1) / depth; }

size_t bit_products_code_bytes(size_t m, size_t k) { return block_count(k) * m * code_bytes; }

// A code is eight times the number that its bits make: a table's entry is 64 bytes, eight codes, and
// an address may have a factor of eight for nothing.

/// Moves each four of 32 bits, or each five of 40, into the upper bits of a byte.
static inline uint64_t spread(uint64_t x, int group) {
    if (group == 4) {
        x = (x | x << 16) & 0x0000FFFF0000FFFFull;
        x = (x | x << 8) & 0x00FF00FF00FF00FFull;
        x = (x | x << 4) & 0x0F0F0F0F0F0F0F0Full;
    } else {
        x = (x & 0xFFFFFull) | (x & 0xFFFFF00000ull) << 12;
        x = (x & 0x000003FF000003FFull) | (x & 0x000FFC00000FFC00ull) << 6;
        x = (x & 0x001F001F001F001Full) | (x & 0x03E003E003E003E0ull) << 3;
    }
    return x << 3;
}

/// Writes the codes of a row's 60 bits.
static inline void store_codes(uint64_t set, int group, uint8_t *codes) {
    int half = 8 * group;
    uint64_t parts[2] = {
        spread(set & (((uint64_t)1 << half) - 1), group), spread(set >> half, group)};
    memcpy(codes, parts, sizeof parts);
}

/// The lowest bit of each of 32 bytes.
INLINE_AVX2 uint64_t low_bits(const uint8_t *bytes) {
    __m256i x = _mm256_loadu_si256((const __m256i *)bytes);
    return (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(x, 7));
}

AVX2 void bit_products_encode(
    const uint8_t *bits, size_t m, size_t k, int group, uint8_t *codes) {
    for (size_t i = 0; i < m; i++) {
        const uint8_t *row = bits + i * k;
        uint8_t *out = codes + i * code_bytes;
        for (size_t j = 0; j < k; j += depth, out += m * code_bytes) {
            uint64_t set = 0;
            if (j + 64 <= k) {
                set = low_bits(row + j) | (low_bits(row + j + 32) << 32 & 0x0FFFFFFF00000000ull);
            } else {
                for (size_t p = j; p < least(k, j + depth); p++)
                    set |= (uint64_t)(row[p] & 1) << (p - j);
            }
            store_codes(set, group, out);
        }
    }
}

/// The codes of some rows of 32 bits each, one for each column.
INLINE_AVX2 __m256i columns_code(const uint8_t *bits, size_t stride, size_t rows) {
    __m256i code = _mm256_setzero_si256();
    for (size_t r = 0; r < rows; r++) {
        __m256i row = _mm256_loadu_si256((const __m256i *)(bits + r * stride));
        code = _mm256_or_si256(code, _mm256_slli_epi16(row, (int)r + 3));
    }
    return code;
}

/// Writes half the codes of two columns.
INLINE_AVX2 void store_halves(__m128i x, uint8_t *codes) {
    _mm_storel_epi64((__m128i *)codes, x);
    _mm_storel_epi64((__m128i *)(codes + code_bytes), _mm_unpackhi_epi64(x, x));
}

/// Writes 8 vectors of 32 codes column by column.
INLINE_AVX2 void store_transposed(const __m256i rows[8], uint8_t *codes) {
    __m256i twos[8], fours[8];
    for (int i = 0; i < 4; i++) {
        twos[i] = _mm256_unpacklo_epi8(rows[2 * i], rows[2 * i + 1]);
        twos[4 + i] = _mm256_unpackhi_epi8(rows[2 * i], rows[2 * i + 1]);
    }
    for (int i = 0; i < 4; i++) {
        fours[i] = _mm256_unpacklo_epi16(twos[2 * i], twos[2 * i + 1]);
        fours[4 + i] = _mm256_unpackhi_epi16(twos[2 * i], twos[2 * i + 1]);
    }
    // Each of these has columns 4i to 4i + 3 in its lower half, and those 16 further in its upper.
    for (int half = 0; half < 2; half++)
        for (int high = 0; high < 2; high++) {
            const __m256i *x = fours + 2 * half + 4 * high;
            __m256i eights[2] = {
                _mm256_unpacklo_epi32(x[0], x[1]), _mm256_unpackhi_epi32(x[0], x[1])};
            for (int i = 0; i < 2; i++) {
                uint8_t *out = codes + (8 * half + 4 * high + 2 * i) * code_bytes;
                __m128i near = _mm256_castsi256_si128(eights[i]);
                __m128i far = _mm256_extracti128_si256(eights[i], 1);
                store_halves(near, out);
                store_halves(far, out + 16 * code_bytes);
            }
        }
}

AVX2 void bit_products_encode_transposed(
    const uint8_t *bits, size_t stride, size_t first, size_t m, size_t k, int group,
    uint8_t *codes) {
    for (size_t j = 0; j < k; j += depth, codes += m * code_bytes) {
        size_t end = least(k, j + depth);
        size_t i = 0;
        for (; i + 32 <= m; i += 32)
            for (size_t half = 0; half < 2; half++) {
                __m256i rows[8];
                for (size_t g = 0; g < 8; g++) {
                    size_t p = j + (8 * half + g) * (size_t)group;
                    rows[g] = p < end ? columns_code(
                                            bits + p * stride + first + i, stride,
                                            least((size_t)group, end - p))
                                      : _mm256_setzero_si256();
                }
                store_transposed(rows, codes + i * code_bytes + 8 * half);
            }
        for (; i < m; i++) {
            uint64_t set = 0;
            for (size_t p = j; p < end; p++)
                set |= (uint64_t)(bits[p * stride + first + i] & 1) << (p - j);
            store_codes(set, group, codes + i * code_bytes);
        }
    }
}

/// Transposes each half of 8 vectors, 8 by 8 words.
INLINE_AVX2 void transpose_halves(__m256i x[8]) {
    __m256i y[8];
    for (int i = 0; i < 4; i++) {
        y[2 * i] = _mm256_unpacklo_epi16(x[2 * i], x[2 * i + 1]);
        y[2 * i + 1] = _mm256_unpackhi_epi16(x[2 * i], x[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++)
        for (int high = 0; high < 2; high++) {
            x[4 * i + 2 * high] = _mm256_unpacklo_epi32(y[4 * i + high], y[4 * i + 2 + high]);
            x[4 * i + 2 * high + 1] = _mm256_unpackhi_epi32(y[4 * i + high], y[4 * i + 2 + high]);
        }
    for (int q = 0; q < 4; q++) {
        y[2 * q] = _mm256_unpacklo_epi64(x[q], x[4 + q]);
        y[2 * q + 1] = _mm256_unpackhi_epi64(x[q], x[4 + q]);
    }
    for (int q = 0; q < 8; q++) x[q] = y[q];
}

/// Loads eight successive elements as words.
INLINE_AVX2 __m128i load_eight(const struct bit_products_right *right, size_t start) {
    if (right->words) return _mm_loadu_si128((const __m128i *)(right->words + start));
    return _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)(right->bytes + start)));
}

/// Copies a block of a transposed right operand as words of shape [64, 32].
INLINE_AVX2 void transpose_block(
    const struct bit_products_right *right, size_t column, size_t k, __m256i *block) {
    size_t rows = least(depth, right->k - k);
    for (size_t v = 0; v < entry_vectors; v++) {
        size_t starts[lanes];
        for (size_t i = 0; i < lanes; i++)
            starts[i] = least(column + lanes * v + i, right->n - 1) * right->k + k;
        for (size_t j = 0; j < rows; j += 8) {
            __m256i x[8];
#pragma clang loop unroll(full)
            for (size_t i = 0; i < 8; i++)
                x[i] = _mm256_inserti128_si256(
                    _mm256_castsi128_si256(load_eight(right, starts[i] + j)),
                    load_eight(right, starts[8 + i] + j), 1);
            transpose_halves(x);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < 8; i++) block[(j + i) * entry_vectors + v] = x[i];
        }
    }
}

/// Copies a block at the end of a right operand, of either shape, likewise.
static void copy_block(
    const struct bit_products_right *right, size_t column, size_t k, int16_t *block) {
    for (size_t i = 0; i < least(depth, right->k - k); i++)
        for (size_t j = 0; j < least(columns, right->n - column); j++) {
            size_t at = right->is_transposed ? (column + j) * right->k + k + i
                                             : (k + i) * right->n + column + j;
            block[i * columns + j] = right->words ? right->words[at] : right->bytes[at];
        }
}

/// Makes one vector of all entries of a table: entry i sums up the terms whose bits are in i.
///
/// Eight entries at a time, so that the sums stay in registers. Entry 0 is zero and stays so.
INLINE_AVX2 void make_entries(const __m256i *x, int group, __m256i *out) {
    __m256i ab = _mm256_add_epi16(x[0], x[1]);
    out[1 * entry_vectors] = x[0];
    out[2 * entry_vectors] = x[1];
    out[3 * entry_vectors] = ab;
    out[4 * entry_vectors] = x[2];
    out[5 * entry_vectors] = _mm256_add_epi16(x[0], x[2]);
    out[6 * entry_vectors] = _mm256_add_epi16(x[1], x[2]);
    out[7 * entry_vectors] = _mm256_add_epi16(ab, x[2]);
    for (int high = 1; high < 1 << (group - 3); high++) {
        __m256i base = high == 1 ? x[3] : high == 2 ? x[4] : _mm256_add_epi16(x[3], x[4]);
        __m256i base_c = _mm256_add_epi16(base, x[2]);
        __m256i *next = out + 8 * high * entry_vectors;
        next[0 * entry_vectors] = base;
        next[1 * entry_vectors] = _mm256_add_epi16(base, x[0]);
        next[2 * entry_vectors] = _mm256_add_epi16(base, x[1]);
        next[3 * entry_vectors] = _mm256_add_epi16(base, ab);
        next[4 * entry_vectors] = base_c;
        next[5 * entry_vectors] = _mm256_add_epi16(base_c, x[0]);
        next[6 * entry_vectors] = _mm256_add_epi16(base_c, x[1]);
        next[7 * entry_vectors] = _mm256_add_epi16(base_c, ab);
    }
}

/// Makes the tables of a block from words or bytes whose rows are `stride` apart.
///
/// Rows beyond the operand's last k may hold anything, for no code selects them; and the sums of
/// columns beyond its last go nowhere.
INLINE_AVX2 void make_tables(
    const int16_t *words, const int8_t *bytes, size_t stride, size_t groups, int group,
    __m256i *tables) {
    for (size_t g = 0; g < groups; g++, tables += entry_vectors << group)
        for (size_t v = 0; v < entry_vectors; v++) {
            __m256i x[5];
            for (size_t r = 0; r < (size_t)group; r++) {
                size_t at = (g * (size_t)group + r) * stride + lanes * v;
                x[r] = words ? _mm256_loadu_si256((const __m256i *)(words + at))
                             : _mm256_cvtepi8_epi16(
                                   _mm_loadu_si128((const __m128i *)(bytes + at)));
            }
            make_entries(x, group, tables + v);
        }
}

/// Adds one entry of each table to the partial sums of every row.
INLINE_AVX2 void look_up(
    const __m256i *tables, int groups, int group, const uint8_t *codes, size_t m, int is_first,
    __m256i *partial) {
    for (size_t i = 0; i < m; i++, codes += code_bytes, partial += entry_vectors) {
        __m256i a = is_first ? _mm256_setzero_si256() : partial[0];
        __m256i b = is_first ? _mm256_setzero_si256() : partial[1];
#pragma clang loop unroll(full)
        for (int g = 0; g < groups; g++) {
            const __m256i *table = tables + g * (entry_vectors << group);
            const __m256i *entry =
                (const __m256i *)((const uint8_t *)table + (size_t)codes[g] * 8);
            a = _mm256_add_epi16(a, entry[0]);
            b = _mm256_add_epi16(b, entry[1]);
        }
        partial[0] = a;
        partial[1] = b;
    }
}

_Static_assert(entry_vectors == 2, "look_up has two vectors of sums");

/// The same with a number of tables that the compiler knows, so that the loop over them vanishes.
AVX2 static void look_up_all(
    const __m256i *tables, size_t groups, int group, const uint8_t *codes, size_t m, int is_first,
    __m256i *partial) {
#define CASE(group, groups) (16 * (size_t)(group) + (groups))
#define LOOK_UP(group, groups) \
    case CASE(group, groups): \
        look_up(tables, groups, group, codes, m, is_first, partial); \
        break;
    switch (CASE(group, groups)) {
        LOOK_UP(4, 15) LOOK_UP(4, 14) LOOK_UP(4, 13) LOOK_UP(4, 12) LOOK_UP(4, 11) LOOK_UP(4, 10)
        LOOK_UP(4, 9) LOOK_UP(4, 8) LOOK_UP(4, 7) LOOK_UP(4, 6) LOOK_UP(4, 5) LOOK_UP(4, 4)
        LOOK_UP(4, 3) LOOK_UP(4, 2) LOOK_UP(4, 1)
        LOOK_UP(5, 12) LOOK_UP(5, 11) LOOK_UP(5, 10) LOOK_UP(5, 9) LOOK_UP(5, 8) LOOK_UP(5, 7)
        LOOK_UP(5, 6) LOOK_UP(5, 5) LOOK_UP(5, 4) LOOK_UP(5, 3) LOOK_UP(5, 2) LOOK_UP(5, 1)
    }
#undef LOOK_UP
#undef CASE
}

/// Writes the partial sums to the product, or adds them to it.
AVX2 static void widen(
    const int16_t *partial, size_t m, size_t width, int is_first, int32_t *sums, size_t stride) {
    for (size_t i = 0; i < m; i++, partial += columns, sums += stride) {
        size_t j = 0;
        for (; j + 8 <= width; j += 8) {
            __m256i wide = _mm256_cvtepi16_epi32(_mm_load_si128((const __m128i *)(partial + j)));
            __m256i *to = (__m256i *)(sums + j);
            if (!is_first) wide = _mm256_add_epi32(wide, _mm256_loadu_si256(to));
            _mm256_storeu_si256(to, wide);
        }
        for (; j < width; j++) sums[j] = (is_first ? 0 : sums[j]) + partial[j];
    }
}

/// Where the elements end that are read of a block.
static size_t block_end(
    const struct bit_products_right *right, size_t column, size_t k, size_t rows) {
    if (right->is_transposed)
        return least(column + columns, right->n) * right->k - right->k + k + (rows + 7) / 8 * 8;
    return (k + rows - 1) * right->n + column + columns;
}

/// Makes the tables of a block, from where it is or, where that is not possible, from a copy.
INLINE_AVX2 void make_block_tables(
    const struct bit_products_right *right, size_t column, size_t k, size_t groups, int group,
    __m256i *block, __m256i *tables) {
    int is_inside =
        block_end(right, column, k, groups * (size_t)group) <= right->n * right->k;
    size_t start = k * right->n + column;
    if (!is_inside || right->is_transposed) {
        if (is_inside)
            transpose_block(right, column, k, block);
        else
            copy_block(right, column, k, (int16_t *)block);
        make_tables((const int16_t *)block, NULL, columns, groups, group, tables);
    } else if (right->words) {
        make_tables(right->words + start, NULL, right->n, groups, group, tables);
    } else {
        make_tables(NULL, right->bytes + start, right->n, groups, group, tables);
    }
}

AVX2 void bit_products_multiply(
    const uint8_t *codes, size_t m, int group, const struct bit_products_right *right,
    size_t column, int16_t *partial, int32_t *sums, size_t stride) {
    // An entry is one cache line.
    _Alignas(64) __m256i tables[table_vectors];
    __m256i block[64 * entry_vectors];
    for (size_t g = 0; g < depth / (size_t)group; g++)
        for (size_t v = 0; v < entry_vectors; v++)
            tables[g * (entry_vectors << group) + v] = _mm256_setzero_si256();
    size_t width = least(columns, right->n - column);
    size_t blocks = block_count(right->k);
    size_t blocks_at_once = right->words ? blocks_of_words : blocks_of_bytes;
    for (size_t b = 0; b < blocks; b++, codes += m * code_bytes) {
        size_t k = b * depth;
        size_t groups = (least(depth, right->k - k) + (size_t)group - 1) / (size_t)group;
        int is_first = b % blocks_at_once == 0;
        if (group == 4)
            make_block_tables(right, column, k, groups, 4, block, tables);
        else
            make_block_tables(right, column, k, groups, 5, block, tables);
        look_up_all(tables, groups, group, codes, m, is_first, (__m256i *)partial);
        if ((b + 1) % blocks_at_once == 0 || b + 1 == blocks)
            widen(partial, m, width, b < blocks_at_once, sums, stride);
    }
}
#endif

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
    /// Vectors of 16 sums in an entry of a table.
    entry_vectors = columns / 16,
    entries = 16,
    /// Terms of an entry, bits of a code.
    group = 4,
    groups_at_once = 8,
    depth_at_once = group * groups_at_once,
    /// Sums stay in 16 bits for so many blocks: 256 · −128 is the least of them.
    blocks_at_once = 8,
};

/// The sums of each selection of four bytes, for 64 columns.
typedef __m256i table[entries][entry_vectors];

static size_t least(size_t x, size_t y) { return x < y ? x : y; }

static size_t block_count(size_t k) { return (k + depth_at_once - 1) / depth_at_once; }

size_t bit_products_code_bytes(size_t m, size_t k) { return block_count(k) * m * groups_at_once; }

// A code is 16 times the number that its four bits make: a table's entry is 128 bytes, 8 codes, so
// that an address needs a factor of 8 only, which it takes for nothing.

/// Spreads 32 bits over 8 codes.
static inline uint64_t spread(uint32_t bits) {
    uint64_t x = bits;
    x = (x | x << 16) & 0x0000FFFF0000FFFFull;
    x = (x | x << 8) & 0x00FF00FF00FF00FFull;
    x = (x | x << 4) & 0x0F0F0F0F0F0F0F0Full;
    return x << 4;
}

AVX2 void bit_products_encode(const uint8_t *bits, size_t m, size_t k, uint8_t *codes) {
    for (size_t i = 0; i < m; i++) {
        const uint8_t *row = bits + i * k;
        uint8_t *out = codes + i * groups_at_once;
        for (size_t j = 0; j < k; j += depth_at_once, out += m * groups_at_once) {
            uint32_t set = 0;
            if (j + depth_at_once <= k) {
                __m256i bytes = _mm256_loadu_si256((const __m256i *)(row + j));
                set = (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(bytes, 7));
            } else {
                for (size_t p = j; p < k; p++) set |= (uint32_t)(row[p] & 1) << (p - j);
            }
            uint64_t code = spread(set);
            memcpy(out, &code, sizeof code);
        }
    }
}

/// The codes of four rows of 32 bits each, one for each column.
INLINE_AVX2 __m256i columns_code(const uint8_t *bits, size_t stride, size_t rows) {
    __m256i code = _mm256_setzero_si256();
    for (size_t r = 0; r < rows; r++) {
        __m256i row = _mm256_loadu_si256((const __m256i *)(bits + r * stride));
        code = _mm256_or_si256(code, _mm256_slli_epi16(row, (int)r + group));
    }
    return code;
}

/// Writes 8 vectors of 32 codes column by column.
INLINE_AVX2 void store_transposed(const __m256i rows[groups_at_once], uint8_t *codes) {
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
            __m256i low = _mm256_unpacklo_epi32(x[0], x[1]);
            __m256i up = _mm256_unpackhi_epi32(x[0], x[1]);
            uint8_t *out = codes + (8 * half + 4 * high) * groups_at_once;
            uint8_t *further = out + 16 * groups_at_once;
            _mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(low));
            _mm_storeu_si128((__m128i *)(out + 16), _mm256_castsi256_si128(up));
            _mm_storeu_si128((__m128i *)further, _mm256_extracti128_si256(low, 1));
            _mm_storeu_si128((__m128i *)(further + 16), _mm256_extracti128_si256(up, 1));
        }
}

AVX2 void bit_products_encode_transposed(
    const uint8_t *bits, size_t stride, size_t first, size_t m, size_t k, uint8_t *codes) {
    for (size_t j = 0; j < k; j += depth_at_once, codes += m * groups_at_once) {
        size_t i = 0;
        for (; i + 32 <= m; i += 32) {
            __m256i rows[groups_at_once];
            for (size_t g = 0; g < groups_at_once; g++) {
                size_t p = j + g * group;
                rows[g] = p < k ? columns_code(
                                      bits + p * stride + first + i, stride, least(group, k - p))
                                : _mm256_setzero_si256();
            }
            store_transposed(rows, codes + i * groups_at_once);
        }
        for (; i < m; i++) {
            uint32_t set = 0;
            for (size_t p = j; p < least(j + depth_at_once, k); p++)
                set |= (uint32_t)(bits[p * stride + first + i] & 1) << (p - j);
            uint64_t code = spread(set);
            memcpy(codes + i * groups_at_once, &code, sizeof code);
        }
    }
}

/// Makes one vector of all entries from the four terms: entry i sums up those whose bits are in i.
///
/// Written out, so that at every optimization the sums stay in registers.
INLINE_AVX2 void add_up(const __m256i terms[group], table *t, int vector) {
    __m256i a = terms[0], b = terms[1], c = terms[2], d = terms[3];
    __m256i ab = _mm256_add_epi16(a, b), cd = _mm256_add_epi16(c, d);
    __m256i *out = &(*t)[0][vector];
    out[0 * entry_vectors] = _mm256_setzero_si256();
    out[1 * entry_vectors] = a;
    out[2 * entry_vectors] = b;
    out[3 * entry_vectors] = ab;
    out[4 * entry_vectors] = c;
    out[5 * entry_vectors] = _mm256_add_epi16(a, c);
    out[6 * entry_vectors] = _mm256_add_epi16(b, c);
    out[7 * entry_vectors] = _mm256_add_epi16(ab, c);
    out[8 * entry_vectors] = d;
    out[9 * entry_vectors] = _mm256_add_epi16(a, d);
    out[10 * entry_vectors] = _mm256_add_epi16(b, d);
    out[11 * entry_vectors] = _mm256_add_epi16(ab, d);
    out[12 * entry_vectors] = cd;
    out[13 * entry_vectors] = _mm256_add_epi16(a, cd);
    out[14 * entry_vectors] = _mm256_add_epi16(b, cd);
    out[15 * entry_vectors] = _mm256_add_epi16(ab, cd);
}

/// Makes the table of four successive k from bytes of shape [k, n].
///
/// Rows beyond k and columns beyond n may hold anything: no code selects the former, and the sums
/// of the latter go nowhere.
INLINE_AVX2 void make_table(
    const struct bit_products_bytes *right, size_t column, size_t k, table *t) {
    const int8_t *rows[group];
    int8_t ends[group][columns];
    for (size_t r = 0; r < group; r++) {
        size_t start = least(k + r, right->k - 1) * right->n + column;
        rows[r] = right->bytes + start;
        size_t left = right->k * right->n - start;
        if (left < columns) rows[r] = memcpy(ends[r], rows[r], left);
    }
    for (int v = 0; v < entry_vectors; v++) {
        __m256i terms[group];
        for (int r = 0; r < group; r++)
            terms[r] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(rows[r] + 16 * v)));
        add_up(terms, t, v);
    }
}

/// Loads 32 successive k of eight columns of bytes of shape [n, k], and makes each four k of them one
/// vector of eight lanes.
///
/// The columns are 0 to 3 and 8 to 11 from `column` on: see make_tables_transposed.
INLINE_AVX2 void load_columns(
    const struct bit_products_bytes *right, size_t column, size_t k,
    __m256i fours[groups_at_once]) {
    __m256i rows[8], twos[8], x[8];
    for (size_t i = 0; i < 8; i++) {
        size_t start = least(column + i + (i < 4 ? 0 : 4), right->n - 1) * right->k + k;
        size_t left = right->n * right->k - start;
        if (left < depth_at_once) {
            int8_t end[depth_at_once] = {0};
            memcpy(end, right->bytes + start, left);
            rows[i] = _mm256_loadu_si256((const __m256i *)end);
        } else {
            rows[i] = _mm256_loadu_si256((const __m256i *)(right->bytes + start));
        }
    }
    for (int i = 0; i < 4; i++) {
        twos[i] = _mm256_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
        twos[4 + i] = _mm256_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
    }
    for (int i = 0; i < 2; i++) {
        // x[g] has k from 4g on of columns 0 to 3 (i = 0) in the lower half, and from 4g + 16 on in
        // the upper.
        for (int high = 0; high < 2; high++) {
            __m256i a = twos[4 * high + 2 * i], b = twos[4 * high + 2 * i + 1];
            x[4 * i + 2 * high] = _mm256_unpacklo_epi64(a, b);
            x[4 * i + 2 * high + 1] = _mm256_unpackhi_epi64(a, b);
        }
    }
    for (int g = 0; g < 4; g++) {
        fours[g] = _mm256_permute2x128_si256(x[g], x[4 + g], 0x20);
        fours[4 + g] = _mm256_permute2x128_si256(x[g], x[4 + g], 0x31);
    }
}

/// One byte of each lane, the sign extended.
#define LANE_BYTE(x, byte) _mm256_srai_epi32(_mm256_slli_epi32(x, 24 - 8 * (byte)), 24)

/// Makes the tables of 32 successive k from bytes of shape [n, k].
INLINE_AVX2 void make_tables_transposed(
    const struct bit_products_bytes *right, size_t column, size_t k, table *tables) {
    for (int v = 0; v < entry_vectors; v++) {
        // Packing two vectors into one takes their lower halves first: hence columns 0 to 3 and 8 to
        // 11 in one, 4 to 7 and 12 to 15 in the other.
        __m256i even[groups_at_once], odd[groups_at_once];
        load_columns(right, column + 16 * (size_t)v, k, even);
        load_columns(right, column + 16 * (size_t)v + 4, k, odd);
        for (int g = 0; g < groups_at_once; g++) {
            __m256i terms[group];
            terms[0] = _mm256_packs_epi32(LANE_BYTE(even[g], 0), LANE_BYTE(odd[g], 0));
            terms[1] = _mm256_packs_epi32(LANE_BYTE(even[g], 1), LANE_BYTE(odd[g], 1));
            terms[2] = _mm256_packs_epi32(LANE_BYTE(even[g], 2), LANE_BYTE(odd[g], 2));
            terms[3] = _mm256_packs_epi32(LANE_BYTE(even[g], 3), LANE_BYTE(odd[g], 3));
            add_up(terms, tables + g, v);
        }
    }
}

/// Adds one entry of each table to the partial sums of every row.
INLINE_AVX2 void look_up(
    const table *tables, int groups, const uint8_t *codes, size_t m, int is_first,
    __m256i *partial) {
    for (size_t i = 0; i < m; i++, codes += groups_at_once, partial += entry_vectors) {
        __m256i sums[entry_vectors];
        for (int v = 0; v < entry_vectors; v++)
            sums[v] = is_first ? _mm256_setzero_si256() : partial[v];
        for (int g = 0; g < groups; g++) {
            const __m256i *entry =
                (const __m256i *)((const uint8_t *)tables[g] + (size_t)codes[g] * 8);
            for (int v = 0; v < entry_vectors; v++)
                sums[v] = _mm256_add_epi16(sums[v], entry[v]);
        }
        for (int v = 0; v < entry_vectors; v++) partial[v] = sums[v];
    }
}

/// The same with a number of tables that the compiler knows, so that the loop over them vanishes.
AVX2 static void look_up_all(
    const table *tables, size_t groups, const uint8_t *codes, size_t m, int is_first,
    __m256i *partial) {
    switch (groups) {
    case 8:
        if (is_first)
            look_up(tables, 8, codes, m, 1, partial);
        else
            look_up(tables, 8, codes, m, 0, partial);
        break;
    case 7: look_up(tables, 7, codes, m, is_first, partial); break;
    case 6: look_up(tables, 6, codes, m, is_first, partial); break;
    case 5: look_up(tables, 5, codes, m, is_first, partial); break;
    case 4: look_up(tables, 4, codes, m, is_first, partial); break;
    case 3: look_up(tables, 3, codes, m, is_first, partial); break;
    case 2: look_up(tables, 2, codes, m, is_first, partial); break;
    case 1: look_up(tables, 1, codes, m, is_first, partial); break;
    }
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

AVX2 void bit_products_multiply(
    const uint8_t *codes, size_t m, const struct bit_products_bytes *right, size_t column,
    int16_t *partial, int32_t *sums, size_t stride) {
    _Alignas(64) table tables[groups_at_once];
    size_t width = least(columns, right->n - column);
    size_t blocks = block_count(right->k);
    for (size_t b = 0; b < blocks; b++) {
        size_t k = b * depth_at_once;
        size_t groups = least(groups_at_once, (right->k - k + group - 1) / group);
        if (right->is_transposed)
            make_tables_transposed(right, column, k, tables);
        else
            for (size_t g = 0; g < groups; g++)
                make_table(right, column, k + g * group, tables + g);
        look_up_all(
            tables, groups, codes + b * m * groups_at_once, m, b % blocks_at_once == 0,
            (__m256i *)partial);
        if ((b + 1) % blocks_at_once == 0 || b + 1 == blocks)
            widen(partial, m, width, b < blocks_at_once, sums, stride);
    }
}
#endif

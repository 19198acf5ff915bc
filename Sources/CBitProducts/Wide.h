// The product of 64 columns at a time, with AVX-512: what the two ways to add have in common.
//
// A file that includes this names its instruction set in WIDE_TARGET and says in WIDE_ACCUMULATES
// whether entries are added by vpaddw or by vpdpwssd, and defines WIDE_MULTIPLY, the function.
//
// One offset serves two loads, so that a lookup of 32 columns takes half the instructions of
// Kernel.h. Some rows are looked up in turn, because an addition waits for the one before it in its
// row. Fours only: the tables of fives for 64 columns would leave no room in a first-level cache.
#include "Collecting.h"
#include <immintrin.h>
#include <string.h>

#define WIDE static inline __attribute__((always_inline, target(WIDE_TARGET), min_vector_width(512)))
#define UNROLL _Pragma("clang loop unroll(full)")

enum {
    depth = BIT_PRODUCTS_DEPTH,
    group_bits = 4,
    /// The groups of a whole block, and the entries of their tables.
    block_groups = depth / group_bits,
    group_entries = 1 << group_bits,
    /// The blocks after which sums of bytes, and of words as the caller promises, leave 16 bits.
    blocks_of_bytes = 4,
    blocks_of_words = BIT_PRODUCTS_WORDS_DEPTH / depth,
    /// As many rows as were fastest (docs/design-notes.md).
    rows_in_turn = WIDE_ACCUMULATES ? 6 : 4,
};

_Static_assert(depth % group_bits == 0, "a block is a whole number of groups");
_Static_assert(blocks_of_bytes * depth * 128 < 1 << 15, "sums of bytes fit 16 bits");
_Static_assert(blocks_of_words * depth == BIT_PRODUCTS_WORDS_DEPTH, "whole blocks of words");

/// 32 columns: an entry of a table, or sums.
typedef __m512i half;

/// The tables of a block for its two halves of 32 columns each.
///
/// Entry 0 is zero and stays so.
typedef half tables[block_groups][2][group_entries];

static size_t least(size_t x, size_t y) { return x < y ? x : y; }

/// The first `count` of 32 lanes; none if it is negative, all if it is larger.
static __mmask32 first_lanes(ptrdiff_t count) {
    return count <= 0 ? 0 : count >= 32 ? ~(__mmask32)0 : ((__mmask32)1 << count) - 1;
}

/// Loads some of 32 successive integers as words; the others are zero and are not read.
WIDE half load(
    const struct bit_products_right *right, int has_words, size_t at, __mmask32 lanes) {
    return has_words ? _mm512_maskz_loadu_epi16(lanes, right->words + at)
                     : _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(lanes, right->bytes + at));
}

/// Loads 32 successive integers as words; some processors take longer for loads under a mask.
WIDE half load_all(const struct bit_products_right *right, int has_words, size_t at) {
    return has_words ? _mm512_loadu_si512(right->words + at)
                     : _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(right->bytes + at)));
}

/// Transposes the lanes of 128 bits of four vectors.
WIDE void transpose_lanes(const half x[4], half *out, size_t stride) {
    half a = _mm512_shuffle_i64x2(x[0], x[1], 0x44);
    half b = _mm512_shuffle_i64x2(x[2], x[3], 0x44);
    half c = _mm512_shuffle_i64x2(x[0], x[1], 0xee);
    half d = _mm512_shuffle_i64x2(x[2], x[3], 0xee);
    out[0] = _mm512_shuffle_i64x2(a, b, 0x88);
    out[stride] = _mm512_shuffle_i64x2(a, b, 0xdd);
    out[2 * stride] = _mm512_shuffle_i64x2(c, d, 0x88);
    out[3 * stride] = _mm512_shuffle_i64x2(c, d, 0xdd);
}

/// Transposes each lane of 128 bits of eight vectors, 8 by 8 words.
WIDE void transpose_words(const half x[8], half out[8]) {
    half y[8], z[8];
    UNROLL for (int i = 0; i < 8; i += 2) {
        y[i] = _mm512_unpacklo_epi16(x[i], x[i + 1]);
        y[i + 1] = _mm512_unpackhi_epi16(x[i], x[i + 1]);
    }
    UNROLL for (int i = 0; i < 8; i += 4) UNROLL for (int h = 0; h < 2; h++) {
        z[i + 2 * h] = _mm512_unpacklo_epi32(y[i + h], y[i + 2 + h]);
        z[i + 2 * h + 1] = _mm512_unpackhi_epi32(y[i + h], y[i + 2 + h]);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        out[2 * i] = _mm512_unpacklo_epi64(z[i], z[i + 4]);
        out[2 * i + 1] = _mm512_unpackhi_epi64(z[i], z[i + 4]);
    }
}

/// Copies 32 columns and 32 k of a transposed right operand as words of shape [32, 32].
///
/// A row of the operand is loaded once, as a whole: rows often lie a power of two apart, and a cache
/// holds few of these. What lies beyond the operand is zero.
WIDE void transpose_square(
    const struct bit_products_right *right, int has_words, size_t column, size_t k, half *copy) {
    half squares[4][8];
    __mmask32 lanes = first_lanes((ptrdiff_t)(right->k - k));
    int is_inside = k + 32 <= right->k && column + 32 <= right->n;
    for (size_t i = 0; i < 8; i++) {
        half x[4];
        size_t at = (column + i) * right->k + k;
        UNROLL for (size_t q = 0; q < 4; q++) {
            if (is_inside)
                x[q] = load_all(right, has_words, at + 8 * q * right->k);
            else
                x[q] = column + i + 8 * q < right->n
                           ? load(right, has_words, at + 8 * q * right->k, lanes)
                           : _mm512_setzero_si512();
        }
        transpose_lanes(x, &squares[0][i], 8);
    }
    for (size_t q = 0; q < 4; q++) transpose_words(squares[q], copy + 8 * q);
}

/// Copies a block of a transposed right operand as words of shape [2, 64, 32].
WIDE void transpose_block(
    const struct bit_products_right *right, int has_words, size_t column, size_t k, size_t rows,
    half copy[2][64]) {
    for (size_t h = 0; h < 2; h++)
        for (size_t part = 0; part < rows; part += 32)
            transpose_square(
                right, has_words, column + 32 * h, k + part, copy[h] + part);
}

/// Makes the entries of a table: entry i sums up the terms whose bits are in i.
WIDE void make_entries(const half x[group_bits], half *out) {
    half low[8];
    low[1] = x[0];
    low[2] = x[1];
    low[3] = _mm512_add_epi16(x[0], x[1]);
    low[4] = x[2];
    UNROLL for (int i = 5; i < 8; i++) low[i] = _mm512_add_epi16(low[i - 4], x[2]);
    UNROLL for (int i = 1; i < 8; i++) _mm512_store_si512(out + i, low[i]);
    _mm512_store_si512(out + 8, x[3]);
    UNROLL for (int i = 1; i < 8; i++)
        _mm512_store_si512(out + 8 + i, _mm512_add_epi16(low[i], x[3]));
}

/// Makes the tables of a group of terms, and adds the positive ones to `most`.
WIDE void make_group(half x[2][group_bits], half t[2][group_entries], half most[2]) {
    UNROLL for (int h = 0; h < 2; h++) {
#if WIDE_ACCUMULATES
        half zero = _mm512_setzero_si512();
        UNROLL for (int r = 0; r < group_bits; r++)
            most[h] = _mm512_add_epi16(most[h], _mm512_max_epi16(x[h][r], zero));
#endif
        make_entries(x[h], t[h]);
    }
    (void)most;
}

/// Makes the tables of a block of `rows` successive k, and adds the positive ones of the terms in
/// each column to `most`.
WIDE void make_tables(
    const struct bit_products_right *right, int has_words, int is_transposed, size_t column,
    size_t k, size_t rows, half copy[2][64], tables t, half most[2]) {
    half x[2][group_bits];
    half sum[2] = {most[0], most[1]};
    if (is_transposed) {
        transpose_block(right, has_words, column, k, rows, copy);
        for (size_t g = 0; group_bits * g < rows; g++) {
            UNROLL for (int h = 0; h < 2; h++) UNROLL for (size_t r = 0; r < group_bits; r++)
                x[h][r] = copy[h][group_bits * g + r];
            make_group(x, t[g], sum);
        }
    } else {
        ptrdiff_t width = (ptrdiff_t)(right->n - column);
        const __mmask32 lanes[2] = {first_lanes(width), first_lanes(width - 32)};
        size_t at = k * right->n + column;
        size_t row = 0;
        if (width >= 64)
            for (; row + group_bits <= rows; row += group_bits, at += group_bits * right->n) {
                UNROLL for (size_t r = 0; r < group_bits; r++) UNROLL for (int h = 0; h < 2; h++)
                    x[h][r] = load_all(right, has_words, at + r * right->n + 32 * (size_t)h);
                make_group(x, t[row / group_bits], sum);
            }
        for (; row < rows; row += group_bits, at += group_bits * right->n) {
            UNROLL for (size_t r = 0; r < group_bits; r++) UNROLL for (int h = 0; h < 2; h++)
                x[h][r] = load(
                    right, has_words, row + r < rows ? at + r * right->n + 32 * (size_t)h : at,
                    row + r < rows ? lanes[h] : 0);
            make_group(x, t[row / group_bits], sum);
        }
    }
    most[0] = sum[0];
    most[1] = sum[1];
}

/// What happens to the sums of a row after the lookups.
enum outcome { keep, write_narrow, add_narrow, write_wide, add_wide };

#if WIDE_ACCUMULATES
// vpdpwssd as an addition: 32 bits of a register collect −(L + 2¹⁵·H), where L and H are the sums of
// two neighbouring columns. The magnitudes of a column add up to at most 2¹⁵ − 1 within a run, so
// that L lies between P − (2¹⁵ − 1) and P, the sum of the column's positive terms. Hence adding P
// leaves P − L in the low 15 bits and −H in the bits above, whatever was carried on the way.
//
// It is in assembly because clang takes the intrinsic apart into vpmaddwd and vpaddd, twice the
// work.
WIDE half accumulate(half sum, const half *entry) {
    const half factors = _mm512_set1_epi32((int)0x8000ffffu);
    __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(factors), "m"(*entry));
    return sum;
}

/// The words of 32 columns, given P of each even column.
WIDE half sums_of(half collected, half most) {
    half t = _mm512_add_epi32(collected, most);
    half low = _mm512_and_si512(t, _mm512_set1_epi32(0x7fff));
    return _mm512_sub_epi16(
        most, _mm512_mask_blend_epi16(0xaaaaaaaau, low, _mm512_add_epi32(t, t)));
}

// Bits stand above three zero bits, so that one pext makes 8 times the number of an entry.
WIDE uint64_t prepared(uint64_t bits) { return bits << 3; }
WIDE size_t offset_of(uint64_t bits, int group) {
    return 8 * _pext_u64(bits, 7 | ((uint64_t)(group_entries - 1) << (3 + group_bits * group)));
}
#else
WIDE half accumulate(half sum, const half *entry) { return _mm512_add_epi16(sum, *entry); }
WIDE half sums_of(half collected, half most) {
    (void)most;
    return collected;
}
WIDE uint64_t prepared(uint64_t bits) { return bits; }
WIDE size_t offset_of(uint64_t bits, int group) {
    int shift = group_bits * group - 6;
    return (shift < 0 ? bits << -shift : bits >> shift) & (group_entries - 1) << 6;
}
#endif

/// Where the sums of a row go.
struct target {
    enum outcome outcome;
    /// Whether the columns are fewer than 64, and the lanes of the two halves.
    int is_partial;
    __mmask32 lanes[2];
    struct bit_products_sums sums;
    /// The sums to which those of a run are added.
    struct bit_products_sums before;
};

/// Writes the sums of 32 columns of a row.
WIDE void write_half(const struct target *to, size_t row, int h, half words) {
    size_t at = row * to->sums.stride + 32 * (size_t)h;
    __mmask32 lanes = to->lanes[h];
    if (to->sums.narrow) {
        int16_t *p = to->sums.narrow + at;
        if (to->outcome == add_narrow)
            words = _mm512_add_epi16(words, _mm512_maskz_loadu_epi16(lanes, p));
        if (to->is_partial)
            _mm512_mask_storeu_epi16(p, lanes, words);
        else
            _mm512_storeu_si512(p, words);
        return;
    }
    int32_t *p = to->sums.wide + at;
    const int32_t *before = to->before.wide + row * to->before.stride + 32 * (size_t)h;
    half parts[2] = {
        _mm512_cvtepi16_epi32(_mm512_castsi512_si256(words)),
        _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(words, 1))};
    UNROLL for (int q = 0; q < 2; q++) {
        __mmask16 few = (__mmask16)(lanes >> 16 * q);
        if (to->outcome == add_wide)
            parts[q] = _mm512_add_epi32(parts[q], _mm512_maskz_loadu_epi32(few, before + 16 * q));
        if (to->is_partial)
            _mm512_mask_storeu_epi32(p + 16 * q, few, parts[q]);
        else
            _mm512_storeu_si512(p + 16 * q, parts[q]);
    }
}

/// Adds an entry of each table to the partial sums of some rows.
WIDE void look_up_rows(
    tables t, int groups, const uint64_t *packed, size_t row, int rows, int is_first,
    half *partial, const half most[2], const struct target *to) {
    half sum[rows_in_turn][2];
    uint64_t bits[rows_in_turn];
    UNROLL for (int r = 0; r < rows; r++) bits[r] = prepared(packed[row + (size_t)r]);
    if (is_first) {
        UNROLL for (int r = 0; r < rows; r++) sum[r][0] = sum[r][1] = _mm512_setzero_si512();
    } else {
        UNROLL for (int r = 0; r < rows; r++) UNROLL for (int h = 0; h < 2; h++)
            sum[r][h] = partial[2 * (row + (size_t)r) + (size_t)h];
    }
    UNROLL for (int g = 0; g < groups; g++) UNROLL for (int r = 0; r < rows; r++) {
        const char *entry = (const char *)t[g][0] + offset_of(bits[r], g);
        UNROLL for (int h = 0; h < 2; h++)
            sum[r][h] = accumulate(
                sum[r][h], (const half *)(entry + h * (int)sizeof t[g][0]));
    }
    if (to->outcome == keep) {
        UNROLL for (int r = 0; r < rows; r++) UNROLL for (int h = 0; h < 2; h++)
            partial[2 * (row + (size_t)r) + (size_t)h] = sum[r][h];
    } else {
        UNROLL for (int r = 0; r < rows; r++) UNROLL for (int h = 0; h < 2; h++)
            write_half(to, row + (size_t)r, h, sums_of(sum[r][h], most[h]));
    }
}

/// Does so for all rows, with a number of tables that the compiler knows.
WIDE void look_up(
    tables t, int groups, const uint64_t *packed, size_t m, int is_first, half *partial,
    const half most[2], const struct target *to) {
    size_t row = 0;
    for (; row + rows_in_turn <= m; row += rows_in_turn)
        look_up_rows(t, groups, packed, row, rows_in_turn, is_first, partial, most, to);
    for (; row + 2 <= m; row += 2)
        look_up_rows(t, groups, packed, row, 2, is_first, partial, most, to);
    if (row < m) look_up_rows(t, groups, packed, row, 1, is_first, partial, most, to);
}

__attribute__((target(WIDE_TARGET), min_vector_width(512))) void WIDE_MULTIPLY(
    const uint64_t *packed, size_t m, const struct bit_products_right *right, size_t column,
    int16_t *partial, const struct bit_products_sums *sums) {
    tables t;
    half copy[2][64], most[2];
    UNROLL for (int g = 0; g < block_groups; g++)
        t[g][0][0] = t[g][1][0] = _mm512_setzero_si512();
    ptrdiff_t width = (ptrdiff_t)least(64, right->n - column);
    size_t blocks = (right->k + depth - 1) / depth;
    // Sums that vpaddw makes in 16 bits may leave them on the way, if only the last ones fit.
    size_t run = sums->narrow && !WIDE_ACCUMULATES ? blocks
                 : right->words                    ? blocks_of_words
                                                   : blocks_of_bytes;
    struct target to = {
        .is_partial = width < 64, .lanes = {first_lanes(width), first_lanes(width - 32)},
        .before = before_last_run(sums, 64)};
    for (size_t b = 0; b < blocks; b++, packed += m) {
        size_t k = b * depth;
        size_t rows = least(depth, right->k - k);
        int is_first = b % run == 0;
        int is_last = (b + 1) % run == 0 || b + 1 == blocks;
        to.outcome = !is_last       ? keep
                     : sums->narrow ? b < run ? write_narrow : add_narrow
                     : b < run      ? write_wide
                                    : add_wide;
        to.sums = b + 1 == blocks ? *sums : to.before;
        if (is_first) most[0] = most[1] = _mm512_setzero_si512();
        if (right->is_transposed) {
            if (right->words)
                make_tables(right, 1, 1, column, k, rows, copy, t, most);
            else
                make_tables(right, 0, 1, column, k, rows, copy, t, most);
        } else if (right->words) {
            make_tables(right, 1, 0, column, k, rows, copy, t, most);
        } else {
            make_tables(right, 0, 0, column, k, rows, copy, t, most);
        }
        // Only P of the even columns is used.
        half used[2] = {
            _mm512_and_si512(most[0], _mm512_set1_epi32(0xffff)),
            _mm512_and_si512(most[1], _mm512_set1_epi32(0xffff))};
        half *place = (half *)partial;
        switch ((rows + group_bits - 1) / group_bits) {
#define LOOK_UP(groups) \
    case groups: look_up(t, groups, packed, m, is_first, place, used, &to); break;
            LOOK_UP(15) LOOK_UP(14) LOOK_UP(13) LOOK_UP(12) LOOK_UP(11) LOOK_UP(10) LOOK_UP(9)
            LOOK_UP(8) LOOK_UP(7) LOOK_UP(6) LOOK_UP(5) LOOK_UP(4) LOOK_UP(3) LOOK_UP(2) LOOK_UP(1)
#undef LOOK_UP
        }
    }
}

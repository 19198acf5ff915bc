#include "CWeightRows.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

/// For at most three values, which no vector is worth.
#define ONE_BY_ONE _Pragma("clang loop vectorize(disable) unroll(disable)")

typedef float floats16 __attribute__((vector_size(64)));
typedef float floats8 __attribute__((vector_size(32)));
typedef float floats4 __attribute__((vector_size(16)));
typedef uint32_t bits16 __attribute__((vector_size(64)));
typedef uint32_t bits4 __attribute__((vector_size(16)));
typedef int16_t words16 __attribute__((vector_size(32)));
typedef int16_t words4 __attribute__((vector_size(8)));

/// 1.5·2²³, which leaves the integer nearest to a small number in the low bits of the sum.
static const float rounding_magic = 0x1.8p23f;
static const uint32_t rounding_magic_bits = 0x4b400000;

// MARK: Rounding

// Integers are unsigned: of weights that are not finite they may be any, and sums wrap around.

/// Rounds as many weights as the types have lanes, from number i on.
#define ROUND(floats, bits, words_type) \
    do { \
        floats weight; \
        bits sums; \
        memcpy(&weight, weights + i, sizeof weight); \
        memcpy(&sums, column_sums + i, sizeof sums); \
        bits magnitude = (bits)weight & 0x7fffffffu; \
        bits integer = (bits)((floats)magnitude * fine + rounding_magic) - rounding_magic_bits; \
        sums += integer; \
        bits word = (bits)(weight * factor + rounding_magic) - rounding_magic_bits; \
        words_type narrow = __builtin_convertvector(word, words_type); \
        memcpy(column_sums + i, &sums, sizeof sums); \
        memcpy(words + i, &narrow, sizeof narrow); \
        largest_##floats = __builtin_elementwise_max(largest_##floats, magnitude); \
        sum_##floats += integer; \
    } while (0)

INLINE uint32_t rounded(float x) {
    x += rounding_magic;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits - rounding_magic_bits;
}

struct weight_row_bounds weight_row_round(
    const float *weights, size_t count, float fine, float factor, int16_t *words,
    int32_t *column_sums) {
    bits16 largest_floats16 = {0};
    bits16 sum_floats16 = {0};
    bits4 largest_floats4 = {0};
    bits4 sum_floats4 = {0};
    size_t i = 0;
    for (; i + 16 <= count; i += 16) ROUND(floats16, bits16, words16);
    for (; i + 4 <= count; i += 4) ROUND(floats4, bits4, words4);
    uint32_t largest = __builtin_reduce_max(largest_floats16);
    uint32_t few = __builtin_reduce_max(largest_floats4);
    if (few > largest) largest = few;
    uint32_t sum = __builtin_reduce_add(sum_floats16) + __builtin_reduce_add(sum_floats4);
    ONE_BY_ONE for (; i < count; i++) {
        uint32_t magnitude, column_sum;
        memcpy(&magnitude, weights + i, sizeof magnitude);
        memcpy(&column_sum, column_sums + i, sizeof column_sum);
        magnitude &= 0x7fffffffu;
        if (magnitude > largest) largest = magnitude;
        float positive;
        memcpy(&positive, &magnitude, sizeof positive);
        uint32_t integer = rounded(positive * fine);
        column_sum += integer;
        memcpy(column_sums + i, &column_sum, sizeof column_sum);
        sum += integer;
        words[i] = (int16_t)rounded(weights[i] * factor);
    }
    return (struct weight_row_bounds){.largest = largest, .sum = (int32_t)sum};
}

// MARK: Updating

/// Updates as many values as the type has lanes, from number i on, and gives their changes.
#define UPDATE(floats, change) \
    do { \
        floats value; \
        memcpy(&change, gradient + i, sizeof change); \
        memcpy(&value, values + i, sizeof value); \
        change = rate * change; \
        if (velocity) { \
            floats before; \
            memcpy(&before, velocity + i, sizeof before); \
            change = momentum * before + change; \
            memcpy(velocity + i, &change, sizeof change); \
        } \
        value += change; \
        memcpy(values + i, &value, sizeof value); \
        memcpy(gradient + i, &change, sizeof change); \
    } while (0)

INLINE float update(
    float *values, float *velocity, float *gradient, size_t count, float rate, float momentum) {
    floats16 even = {0}, odd = {0};
    floats4 few = {0};
    float last = 0;
    size_t i = 0;
    while (i + 32 <= count) {
        floats16 change;
        UPDATE(floats16, change);
        even += change * change;
        i += 16;
        UPDATE(floats16, change);
        odd += change * change;
        i += 16;
    }
    for (; i + 4 <= count; i += 4) {
        floats4 change;
        UPDATE(floats4, change);
        few += change * change;
    }
    ONE_BY_ONE for (; i < count; i++) {
        float change;
        UPDATE(float, change);
        last += change * change;
    }
    floats16 sixteen = even + odd;
    floats8 eight = __builtin_shufflevector(sixteen, sixteen, 0, 1, 2, 3, 4, 5, 6, 7)
                   + __builtin_shufflevector(sixteen, sixteen, 8, 9, 10, 11, 12, 13, 14, 15);
    floats4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3)
                  + __builtin_shufflevector(eight, eight, 4, 5, 6, 7) + few;
    return (four[0] + four[2]) + (four[1] + four[3]) + last;
}

float weight_row_update(
    float *values, float *velocity, float *gradient, size_t count, float rate, float momentum) {
    if (velocity) return update(values, velocity, gradient, count, rate, momentum);
    return update(values, NULL, gradient, count, rate, momentum);
}

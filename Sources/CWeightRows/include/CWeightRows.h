#pragma once

#include <stddef.h>
#include <stdint.h>

// Passes over a row of float32 weights in vectors. They are in C because rows are short and rarely a
// whole number of vectors. A loop that the compiler itself makes into vectors leaves up to 63 of 244
// weights to a second loop or to scalar instructions.
//
// No multiplication is joined with an addition, so that the bits are those of the same operations in
// Swift, on every processor.

/// What bounds the scale of some rounded weights.
struct weight_row_bounds {
    /// The bits of the largest magnitude.
    uint32_t largest;
    /// The sum of the rounded magnitudes.
    int32_t sum;
};

/// Rounds weights to words: words[j] ← weights[j]·factor, to the nearest, ties to even.
///
/// In the same pass it rounds their magnitudes times `fine` likewise, and adds these integers to
/// `column_sums`.
struct weight_row_bounds weight_row_round(
    const float *weights, size_t count, float fine, float factor, int16_t *words,
    int32_t *column_sums);

/// Moves values by a gradient, which becomes their change: θ ← θ + εg, or with a velocity
/// v ← μv + εg and θ ← θ + v.
///
/// Returns the sum of the squared changes in float, in the lanes of `floatSumOfSquares`. `velocity` may
/// be null.
float weight_row_update(
    float *values, float *velocity, float *gradient, size_t count, float rate, float momentum);

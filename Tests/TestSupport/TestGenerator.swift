import Foundation
public import RBMCore

/// Inputs of tests: SplitMix64, a generator that shares nothing with the streams under test.
public struct TestGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var x = state
        x = (x ^ x >> 30) &* 0xBF58_476D_1CE4_E5B9
        x = (x ^ x >> 27) &* 0x94D0_49BB_1331_11EB
        return x ^ x >> 31
    }

    /// Draws a standard normal number by the polar form of Box and Muller.
    public mutating func normal() -> Double {
        let radius = (-2 * log(Double.random(in: .leastNormalMagnitude..<1, using: &self)))
            .squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
    }

    /// Draws visible or hidden bytes: 0 and 1, or 0…127.
    public mutating func bytes(_ count: Int, _ encoding: StateEncoding) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...UInt8(encoding.maximum), using: &self) }
    }

    /// Draws probabilities, some of which are exactly 0 or 1.
    public mutating func probabilities(_ count: Int) -> [Float] {
        (0..<count).map { _ in
            max(0, min(1, Float.random(in: -0.1...1.1, using: &self)))
        }
    }

    /// Draws parameters whose values are multiples of 2⁻¹²: differences of them are exact.
    ///
    /// Weights and biases have the given deviations, and the largest weight is below 4: their
    /// rounding to two bytes is exact too.
    public mutating func parameters(
        _ visible: Int, _ hidden: Int, weights: Double, biases: Double
    ) -> Parameters {
        func value(_ deviation: Double) -> Float {
            let x = max(-3.9, min(3.9, deviation * normal()))
            return Float((x * 4096).rounded() / 4096)
        }
        return Parameters(
            weights: (0..<(visible * hidden)).map { _ in value(weights) },
            visibleBias: (0..<visible).map { _ in value(biases) },
            hiddenBias: (0..<hidden).map { _ in value(biases) })
    }

    /// Draws an RBM.
    public mutating func rbm(
        _ visible: Int, _ hidden: Int, _ visibleUnits: any UnitKind, _ hiddenUnits: any UnitKind,
        weights: Double = 0.6, biases: Double = 0.4
    ) -> RBM {
        RBM(
            visibleUnits: visibleUnits, hiddenUnits: hiddenUnits,
            parameters: parameters(visible, hidden, weights: weights, biases: biases))
    }
}

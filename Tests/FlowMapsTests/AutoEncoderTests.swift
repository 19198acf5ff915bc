import Analysis
import Foundation
import TestSupport
import Testing

@testable import FlowMaps

/// Inputs of the tests of auto-encoders.
enum AutoEncoderInputs {
    static func matrix(
        _ rows: Int, _ columns: Int, _ generator: inout TestGenerator, scale: Double = 1,
        signed: Bool = true
    ) -> Matrix {
        Matrix(
            rows: rows, columns: columns,
            elements: (0..<rows * columns).map { _ in
                Double.random(in: signed ? -scale...scale : 0...scale, using: &generator)
            })
    }

    static func encoder(
        _ output: AutoEncoder.Output, visible: Int = 7, hidden: Int = 5, seed: UInt64 = 11
    ) -> AutoEncoder {
        var generator = TestGenerator(seed: seed)
        return AutoEncoder(
            output: output, weights: matrix(visible, hidden, &generator),
            visibleBias: matrix(1, visible, &generator).elements,
            hiddenBias: matrix(1, hidden, &generator).elements)
    }

    /// The derivative of a function by central differences of the fourth order.
    static func slope(at x: Double, width: Double = 1e-3, of function: (Double) -> Double) -> Double
    {
        let near = function(x + width) - function(x - width)
        let far = function(x + 2 * width) - function(x - 2 * width)
        return (8 * near - far) / (12 * width)
    }
}

@Suite struct AutoEncoderTests {
    /// h and r by their definitions, unit by unit.
    @Test(arguments: AutoEncoder.Output.allCases)
    func encodesAndDecodesByDefinition(output: AutoEncoder.Output) {
        let encoder = AutoEncoderInputs.encoder(output)
        var generator = TestGenerator(seed: 12)
        let cases = AutoEncoderInputs.matrix(3, 7, &generator)
        let (hidden, found) = (encoder.encode(cases), encoder.reconstruct(cases))
        for row in 0..<3 {
            for unit in 0..<5 {
                let field = (0..<7).reduce(encoder.hiddenBias[unit]) {
                    $0 + cases[row, $1] * encoder.weights[$1, unit]
                }
                #expect(abs(hidden[row, unit] - 1 / (1 + exp(-field))) < 1e-14)
            }
            for unit in 0..<7 {
                let field = (0..<5).reduce(encoder.visibleBias[unit]) {
                    $0 + hidden[row, $1] * encoder.weights[unit, $1]
                }
                let value = output == .linear ? field : 1 / (1 + exp(-field))
                #expect(abs(found[row, unit] - value) < 1e-14)
            }
        }
    }

    /// The closed form of ‖∂h/∂x‖² against differences of h, extrapolated to 1e-12.
    @Test func contractionsAreTheSquaresOfTheJacobian() {
        let encoder = AutoEncoderInputs.encoder(.sigmoid)
        var generator = TestGenerator(seed: 13)
        let cases = AutoEncoderInputs.matrix(4, 7, &generator)
        let found = encoder.contractions(cases)
        for row in 0..<4 {
            var sum = 0.0
            for input in 0..<7 {
                for unit in 0..<5 {
                    func value(_ x: Double) -> Double {
                        var moved = cases.rows(row..<row + 1)
                        moved[0, input] = x
                        return encoder.encode(moved)[0, unit]
                    }
                    // Two widths: the error of the fourth order leaves.
                    let x = cases[row, input]
                    let wide = AutoEncoderInputs.slope(at: x, width: 0.02, of: value)
                    let narrow = AutoEncoderInputs.slope(at: x, width: 0.01, of: value)
                    let slope = (16 * narrow - wide) / 15
                    sum += slope * slope
                }
            }
            #expect(abs(found[row] - sum) < 1e-12 * max(1, sum), "\(found[row] - sum)")
        }
    }

    /// ∇U = r(x) − x with a linear output, and ln(r/(1 − r)) with a sigmoid one, to 1e-8.
    @Test(arguments: AutoEncoder.Output.allCases)
    func theForceIsTheSlopeOfThePotential(output: AutoEncoder.Output) {
        let encoder = AutoEncoderInputs.encoder(output)
        var generator = TestGenerator(seed: 14)
        let cases = AutoEncoderInputs.matrix(3, 7, &generator, scale: 2)
        let (forces, outputs) = (encoder.forces(cases), encoder.reconstruct(cases))
        for row in 0..<3 {
            for input in 0..<7 {
                let slope = AutoEncoderInputs.slope(at: cases[row, input]) { x in
                    var moved = cases.rows(row..<row + 1)
                    moved[0, input] = x
                    return encoder.potentials(moved)[0]
                }
                #expect(abs(forces[row, input] - slope) < 1e-8)
                let r = outputs[row, input]
                let step = output == .linear ? r - cases[row, input] : log(r / (1 - r))
                #expect(abs(forces[row, input] - step) < 1e-12)
            }
        }
    }

    /// Large fields neither overflow nor lose the small ones.
    @Test func extremeFieldsAreFinite() {
        #expect(logistic(-800) == 0 && logistic(800) == 1 && softplus(800) == 800)
        #expect(softplus(-800) == 0 && abs(softplus(-40) - exp(-40)) < 1e-30)
    }
}

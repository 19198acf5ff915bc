import Analysis
import Foundation
import TestSupport
import Testing

@testable import FlowMaps

@Suite struct EncoderStackTests {
    /// Two layers, the upper one of spins.
    private func stack() -> EncoderStack {
        var generator = TestGenerator(seed: 41)
        return EncoderStack([
            EncoderStack.Layer(
                weights: AutoEncoderInputs.matrix(9, 7, &generator),
                bias: AutoEncoderInputs.matrix(1, 7, &generator).elements),
            EncoderStack.Layer(
                weights: AutoEncoderInputs.matrix(7, 6, &generator),
                bias: AutoEncoderInputs.matrix(1, 6, &generator).elements, scale: 2, offset: -1),
        ])
    }

    private func cases(_ count: Int) -> Matrix {
        var generator = TestGenerator(seed: 42)
        return AutoEncoderInputs.matrix(count, 9, &generator)
    }

    /// The means of spins are tanh of their fields.
    @Test func unitsOfEachScaleHaveTheirMeans() {
        let (stack, cases) = (stack(), cases(2))
        let below = EncoderStack([stack.layers[0]]).encode(cases)
        let found = stack.encode(cases)
        for row in 0..<2 {
            for unit in 0..<6 {
                let field = (0..<7).reduce(stack.layers[1].bias[unit]) {
                    $0 + below[row, $1] * stack.layers[1].weights[$1, unit]
                }
                #expect(abs(found[row, unit] - tanh(field)) < 1e-14)
            }
        }
    }

    @Test func jacobiansAreTheSlopesOfEachLayer() {
        let (stack, cases) = (stack(), cases(1))
        let found = stack.jacobians(at: cases)
        for (depth, jacobian) in found.enumerated() {
            let lower = EncoderStack(Array(stack.layers[...depth]))
            #expect(jacobian.rows == 9 && jacobian.columns == (depth == 0 ? 7 : 6))
            for input in 0..<9 {
                for unit in 0..<jacobian.columns {
                    let slope = AutoEncoderInputs.slope(at: cases[0, input]) { x in
                        var moved = cases
                        moved[0, input] = x
                        return lower.encode(moved)[0, unit]
                    }
                    #expect(abs(jacobian[input, unit] - slope) < 1e-9)
                }
            }
        }
    }

    /// The squares of the singular values add up to ‖J‖², and moving along the first direction moves the
    /// units by the first value.
    @Test func spectraBelongToTheJacobians() throws {
        let (stack, cases) = (stack(), cases(1))
        for (jacobian, spectrum) in zip(stack.jacobians(at: cases), try stack.spectra(at: cases)) {
            let sum = spectrum.values.reduce(0) { $0 + $1 * $1 }
            #expect(abs(sum - jacobian.squares) < 1e-12 * sum)
            let image = spectrum.directions.rows(0..<1) * jacobian
            #expect(abs(image.squares.squareRoot() - spectrum.values[0]) < 1e-12)
            #expect(zip(spectrum.values, spectrum.values.dropFirst()).allSatisfy { $0 >= $1 })
        }
    }

    /// The tangents span the leading singular directions, and are orthonormal.
    @Test func tangentsSpanTheLeadingDirections() throws {
        let (stack, cases) = (stack(), cases(5))
        let tangents = stack.tangents(at: cases, count: 2)
        for row in 0..<5 {
            let own = tangents.rows(2 * row..<2 * row + 2)
            let products = own.timesTransposed(own)
            #expect(abs(products[0, 0] - 1) < 1e-12 && abs(products[0, 1]) < 1e-12)
            let spectrum = try stack.spectra(at: cases.rows(row..<row + 1))[1]
            let ratio = pow(spectrum.values[2] / spectrum.values[1], 20)
            // What of the first direction lies in the span.
            let share = own.timesTransposed(spectrum.directions.rows(0..<1)).squares
            #expect(share > 1 - 100 * ratio - 1e-12, "\(share), ratio \(ratio)")
        }
    }
}

import Analysis
import Foundation
import TestSupport
import Testing

@testable import FlowMaps

@Suite struct TangentClassifierTests {
    private func plan(_ penalty: Double, epochs: Int = 40) -> TangentClassifier.Plan {
        TangentClassifier.Plan(
            batchSize: 20, epochs: epochs, rate: 0.5, momentum: 0.5, penalty: penalty, tangents: 2,
            seed: 3)
    }

    private func stack() -> EncoderStack {
        var generator = TestGenerator(seed: 51)
        return EncoderStack([
            EncoderStack.Layer(
                weights: AutoEncoderInputs.matrix(6, 5, &generator),
                bias: AutoEncoderInputs.matrix(1, 5, &generator).elements),
            EncoderStack.Layer(
                weights: AutoEncoderInputs.matrix(5, 4, &generator),
                bias: AutoEncoderInputs.matrix(1, 4, &generator).elements, scale: 2, offset: -1),
        ])
    }

    /// All slopes of the loss with its penalty against differences.
    @Test(arguments: [0, 0.6])
    func slopesAreThoseOfTheLoss(penalty: Double) {
        var generator = TestGenerator(seed: 52)
        let cases = AutoEncoderInputs.matrix(4, 6, &generator)
        let tangents = AutoEncoderInputs.matrix(8, 6, &generator)
        let classifier = TangentClassifier(stack(), classes: 3, plan: plan(penalty))
        func loss(_ classifier: TangentClassifier) -> Double {
            let found = classifier.gradient(
                cases, labels: [0, 2, 1, 2], tangents: penalty > 0 ? tangents : nil)
            return found.loss + found.penalty
        }
        let found = classifier.gradient(
            cases, labels: [0, 2, 1, 2], tangents: penalty > 0 ? tangents : nil)
        #expect((found.penalty > 0) == (penalty > 0))
        let start = classifier.parameters
        #expect(found.slopes.count == start.count)
        for place in start.indices {
            let slope = AutoEncoderInputs.slope(at: start[place]) { value in
                var other = classifier
                other.parameters[place] = value
                return loss(other)
            }
            #expect(abs(found.slopes[place] - slope) < 1e-8, "\(place)")
        }
    }

    /// The penalty is β Σ_u ‖∂z/∂x · u‖² by differences of the fields along the tangents.
    @Test func thePenaltyIsTheMoveAlongTangents() {
        var generator = TestGenerator(seed: 53)
        let cases = AutoEncoderInputs.matrix(1, 6, &generator)
        let tangents = AutoEncoderInputs.matrix(2, 6, &generator)
        let classifier = TangentClassifier(stack(), classes: 3, plan: plan(0.6))
        func fields(_ tangent: Int, _ step: Double, _ column: Int) -> Double {
            let moved = Matrix(rows: 1, columns: 6) {
                cases[$0, $1] + step * tangents[tangent, $1]
            }
            return (classifier.stack.encode(moved) * classifier.classWeights)[0, column]
        }
        var sum = 0.0
        for tangent in 0..<2 {
            for column in 0..<3 {
                let slope = AutoEncoderInputs.slope(at: 0) { fields(tangent, $0, column) }
                sum += 0.6 * slope * slope
            }
        }
        let found = classifier.gradient(cases, labels: [1], tangents: tangents).penalty
        #expect(abs(found - sum) < 1e-9)
    }

    /// Two classes apart are learned, with and without tangents, and shared parts give the same bits.
    @Test func learnsAndIsSharedExactly() throws {
        var generator = TestGenerator(seed: 54)
        let labels = (0..<60).map { $0 % 2 }
        let data = Matrix(rows: 60, columns: 6) { row, column in
            Double(2 * labels[row] - 1) * (column < 3 ? 1 : -0.5) + 0.3 * generator.normal()
        }
        for penalty in [0, 0.05] {
            var alone = TangentClassifier(stack(), classes: 2, plan: plan(penalty))
            var shared = alone
            for _ in 0..<40 {
                _ = try alone.runEpoch(data, labels: labels, work: inOneProcess)
                _ = try shared.runEpoch(data, labels: labels) { parts, width, body in
                    // In another order, as processes would.
                    var all = [Double](repeating: 0, count: parts * width)
                    for part in (0..<parts).reversed() {
                        all.replaceSubrange(part * width..<(part + 1) * width, with: try body(part))
                    }
                    return all
                }
            }
            #expect(alone.classify(data) == labels)
            #expect(alone.parameters == shared.parameters)
        }
    }
}

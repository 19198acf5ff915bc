import Foundation
import Testing

@testable import Ising

@Suite struct JetTests {
    @Test(arguments: [0.3, 1.7])
    func derivativesAgreeWithDifferences(x: Double) {
        func f(_ x: Jet) -> Jet {
            ((2 * x).exponential + x * x * x).squareRoot.logarithm - 0.5 * x
        }
        let step = 1e-4
        let (low, at, high) = (
            f(.variable(x - step)), f(.variable(x)), f(.variable(x + step))
        )
        #expect(abs(at.value - (log((exp(2 * x) + x * x * x).squareRoot()) - x / 2)) < 1e-15)
        #expect(abs(at.first - (high.value - low.value) / (2 * step)) < 1e-7)
        #expect(abs(at.second - (high.first - low.first) / (2 * step)) < 1e-7)
    }
}

import Foundation
import Testing

@testable import RBMCore

@Suite struct NormalQuantileTests {
    /// The examples of the published algorithm, and the quantile of every textbook.
    @Test(arguments: [
        (0.25, -0.6744897501960817), (0.001, -3.090232306167814), (1e-20, -9.262340089798408),
        (0.975, 1.959963984540054), (0.5, 0),
    ])
    func publishedValues(p: Double, x: Double) {
        #expect(abs(normalQuantile(p) - x) <= 4e-16 * abs(x))
    }

    /// Φ(x) from the error function of the C library gives p back, over all three branches.
    @Test func invertsTheDistributionFunction() {
        var worst = 0.0
        for exponent in stride(from: -300.0, through: -0.302, by: 0.0917) {
            let p = pow(10, exponent)
            let x = normalQuantile(p)
            let density = exp(-x * x / 2) / (2 * .pi).squareRoot()
            worst = max(worst, abs(erfc(-x / 2.squareRoot()) / 2 - p) / (density * abs(x)))
        }
        #expect(worst < 2e-15)
    }

    @Test func isOdd() {
        for p in stride(from: 0.001, to: 0.5, by: 0.00137) {
            #expect(abs(normalQuantile(p) + normalQuantile(1 - p)) < 1e-13)
        }
    }

    @Test func theFinestUniformNumberIsFinite() {
        #expect(abs(normalQuantile(0.5 * 0x1p-32) + 6.3379) < 1e-3)
    }
}

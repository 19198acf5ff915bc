import Analysis
import RealModule
import Testing

@Suite struct LogFunctionsTests {
    @Test(arguments: [0.0, 1e-9, 0.3, 1, 7.5, 20])
    func logTwoCoshIsItsDefinition(x: Double) {
        let direct = Double.log(.exp(x) + .exp(-x))
        #expect(abs(logTwoCosh(x) - direct) < 2e-15 * max(1, direct))
        #expect(logTwoCosh(-x) == logTwoCosh(x))
    }

    @Test func largeArgumentsDoNotOverflow() {
        #expect(logTwoCosh(1e300) == 1e300)
        #expect(logCosh(1000) == 1000 - Double.log(2))
        #expect(logSumExp([1e4, 1e4]) == 1e4 + Double.log(2))
        #expect(logSumExp([-1e4, -1e4]) == -1e4 + Double.log(2))
    }

    @Test func logCoshKeepsItsDigitsNearZero() {
        // x²/2 − x⁴/12.
        for x in [1e-8, 1e-4, 1e-3] {
            #expect(abs(logCosh(x) / (x * x / 2 - x * x * x * x / 12) - 1) < 1e-13)
        }
        #expect(abs(logCosh(0.999_999) - logCosh(1.000_001)) < 2e-6)
        #expect(abs(logCosh(2) - Double.log(.cosh(2))) < 1e-15)
        #expect(logCosh(0) == 0)
    }

    @Test func logMeanExpIsThatOfTheMean() {
        #expect(logMeanExp([1e4, 1e4, 1e4]) == 1e4)
        #expect(abs(logMeanExp([0.3, -1]) - .log((.exp(0.3) + .exp(-1)) / 2)) < 1e-15)
    }

    @Test func logSumExpIsItsDefinition() {
        #expect(abs(logSumExp([0.3, -1, 2]) - .log(.exp(0.3) + .exp(-1) + .exp(2))) < 1e-15)
        #expect(logSumExp([]) == -.infinity)
        #expect(logSumExp([-.infinity, -.infinity]) == -.infinity)
        #expect(logSumExp([-.infinity, 3]) == 3)
        #expect(logSumExp([.infinity, 3]) == .infinity)
    }
}

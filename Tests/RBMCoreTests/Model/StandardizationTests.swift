import Testing

@testable import RBMCore

@Suite struct StandardizationTests {
    private let moments = VisibleMoments(means: [10, -1, 3, 0], variances: [4, 0.25, 0, 0.01])

    @Test func valuesGetMeanZeroAndDeviationOneAndBack() {
        let standardization = Standardization(moments, farthest: [6, 1, 0, 0.5])
        var values: [Float] = [14, -1.5, 3, 0.2, 8, 0, 3.5, -0.1]
        let before = values
        standardization.apply(to: &values, rows: 2)
        let expected: [Float] = [2, -1, 0, 2, -1, 2, 0.5, -1]
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        standardization.undo(on: &values, rows: 2)
        #expect(zip(values, before).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    /// A unit that changes in one of very many cases would reach hundreds of its deviations.
    @Test func noValueIsFartherThanTen() {
        let rare = VisibleMoments(means: [0], variances: [1e-6])
        let standardization = Standardization(rare, farthest: [1])
        var values: [Float] = [1, 0, 3, -1.01, -0.5, .nan]
        standardization.apply(to: &values, rows: 6)
        #expect(Array(values[..<5]) == [10, 0, 10, -10, -5] && values[5].isNaN)
    }

    @Test func aConstantUnitIsDividedByOne() {
        let standardization = Standardization(moments, farthest: [6, 1, 0, 0.5])
        #expect(standardization.deviations[2] == 1)
    }

    /// Float32 has steps of 0.06 at a million.
    @Test func aNarrowColumnFarFromZeroKeepsItsDeviation() throws {
        final class Narrow: DoubleCases {
            let count = 4
            let visible = 2
            let encoding = StateEncoding.float32
            let exceedsFloat32 = true
            let values = [1e6 + 0.001, 0.1, 1e6 - 0.001, 0.1, 1e6 + 0.001, 0.1, 1e6 - 0.001, 0.1]
            func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
                let floats = cases.flatMap { values[(2 * $0)..<(2 * $0 + 2)].map(Float.init) }
                writeReals(floats.span, into: &result, at: 0)
            }
            func loadDoubles(_ cases: [Int], draw: Int, into result: inout [Double]) throws {
                result = cases.flatMap { values[(2 * $0)..<(2 * $0 + 2)] }
            }
        }
        let moments = VisibleMoments(means: [1e6, 0.1], variances: [1e-6, 1e-34])
        #expect(Standardization.needsRests(moments, farthest: [0.001, 1e-17]))
        #expect(!Standardization.needsRests(moments, farthest: [0, 1e-17]))
        let standardization = Standardization(
            moments, farthest: [0.001, 1e-17], keepsRests: true)
        #expect(standardization.deviations[1] == 1)
        let view = StandardizedCases(Narrow(), standardization)
        var bytes = [UInt8](repeating: 0, count: 32)
        try view.load([0, 1, 2, 3], draw: 0, into: &bytes)
        var values: [Float] = []
        readReals(bytes, 0..<8, into: &values)
        for (row, sign) in [1, -1, 1, -1].enumerated() {
            #expect(abs(values[2 * row] - Float(sign)) < 1e-5)
            #expect(abs(values[2 * row + 1]) < 1e-8)
        }
    }

    @Test func casesAreStandardizedAsTheyAreLoaded() throws {
        final class Reals: CaseSource {
            let count = 3
            let visible = 2
            let encoding = StateEncoding.float32
            func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
                let values: [Float] = cases.flatMap { [Float($0), 5] }
                writeReals(values.span, into: &result, at: 0)
            }
        }
        let view = StandardizedCases(
            Reals(), Standardization(means: [1, 5], deviations: [0.5, 1]))
        #expect(view.caseBytes == 8)
        var bytes = [UInt8](repeating: 0, count: 24)
        try view.load([2, 0], draw: 0, into: &bytes)
        var values: [Float] = []
        readReals(bytes, 0..<6, into: &values)
        #expect(values == [2, 0, -2, 0, 0, 0])
    }
}

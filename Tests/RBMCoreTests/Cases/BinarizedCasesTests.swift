import Testing

@testable import RBMCore

@Suite struct BinarizedCasesTests {
    @Test func bitsComeWithTheirProbabilities() throws {
        // 4000 cases of bytes 0, 32, 96 and 127: each column is one probability.
        let grey = ConstantCases(count: 4000, row: [0, 32, 96, 127])
        let drawn = BinarizedCases(grey, of: .bernoulli, seed: 7, layer: 0)
        #expect(drawn.encoding == .bits && drawn.count == 4000 && drawn.visible == 4)
        var bytes = [UInt8](repeating: 0, count: 16_000)
        try drawn.load(Array(0..<4000), draw: 0, into: &bytes)
        #expect(bytes.allSatisfy { $0 <= 1 })
        for (column, byte) in [0, 32, 96, 127].enumerated() {
            let p = Double(byte) / 127
            let ones = stride(from: column, to: 16_000, by: 4).count { bytes[$0] == 1 }
            let error = (p * (1 - p) / 4000).squareRoot()
            #expect(abs(Double(ones) / 4000 - p) <= 4 * error, "byte \(byte)")
        }
    }

    @Test func aCaseHasItsBitsWhereverItIsLoaded() throws {
        let drawn = BinarizedCases(
            ConstantCases(count: 50, row: [60, 70, 80]), of: .bernoulli, seed: 7, layer: 1)
        var all = [UInt8](repeating: 0, count: 150)
        try drawn.load(Array(0..<50), draw: 0, into: &all)
        var some = [UInt8](repeating: 9, count: 7)
        try drawn.load([31, 4], draw: 0, into: &some)
        #expect(Array(some[..<3]) == Array(all[93..<96]))
        #expect(Array(some[3..<6]) == Array(all[12..<15]))
        #expect(some[6] == 9)
    }
}

/// Grey cases that are all the same.
private final class ConstantCases: CaseSource {
    let count: Int
    let row: [UInt8]
    var visible: Int { row.count }
    var encoding: StateEncoding { .levels }

    init(count: Int, row: [UInt8]) {
        self.count = count
        self.row = row
    }

    func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        for index in cases.indices {
            result.replaceSubrange((index * row.count)..<((index + 1) * row.count), with: row)
        }
    }
}

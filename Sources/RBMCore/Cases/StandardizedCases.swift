/// Real cases, standardized.
public final class StandardizedCases: CaseSource {
    public var count: Int { source.count }
    public var visible: Int { source.visible }
    public var encoding: StateEncoding { .float32 }
    public var withFactors: CasesWithFactors? {
        source.withFactors?.map { StandardizedCases($0, standardization) }
    }

    private let source: any CaseSource
    private let standardization: Standardization

    public init(_ source: any CaseSource, _ standardization: Standardization) {
        precondition(source.encoding == .float32, "cases of \(source.encoding) are no real numbers")
        precondition(
            source.visible == standardization.means.count,
            "\(source.visible) values a case, \(standardization.means.count) means")
        self.source = source
        self.standardization = standardization
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        if standardization.rests != nil, let source = source as? any DoubleCases,
            source.exceedsFloat32
        {
            var doubles: [Double] = []
            try source.loadDoubles(cases, draw: draw, into: &doubles)
            let values = standardization.applied(to: doubles)
            return writeReals(values.span, into: &result, at: 0)
        }
        try source.load(cases, draw: draw, into: &result)
        let count = cases.count * visible
        var values = [Float](repeating: 0, count: count)
        readReals(result, 0..<count, into: &values)
        standardization.apply(to: &values, rows: cases.count)
        writeReals(values.span, into: &result, at: 0)
    }
}

/// Cases of which some units were not observed, with what is known of these units.
public final class MarkedCases: CaseSource {
    public var count: Int { source.count }
    public var visible: Int { source.visible }
    public var encoding: StateEncoding { source.encoding }
    public var unobserved: UnobservedUnits? { marks }
    public var withFactors: CasesWithFactors? {
        source.withFactors?.map { MarkedCases($0, marks) }
    }

    private let source: any CaseSource
    private let marks: UnobservedUnits

    /// Takes over cases that bear marks.
    public init(_ source: any CaseSource, _ unobserved: UnobservedUnits) {
        self.source = source
        marks = unobserved
    }

    public func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws {
        try source.load(cases, draw: draw, into: &result)
    }
}

@testable import RBMCore

/// A negative phase that keeps the visible states at which its chains end.
struct RecordedPhase: NegativePhase {
    static let name = "recorded"
    static let keepsChains = true

    private(set) var phase: any NegativePhase
    /// Of the last step, as stored, shape `[chains, visibleBytes]`.
    private(set) var visible: [UInt8] = []

    var sweeps: Int { phase.sweeps }
    var startsFromData: Bool { phase.startsFromData }
    var chainCount: Int { phase.chainCount }
    var census: [Int64]? { phase.census }

    init(_ settings: ChainSettings) { self.init(PersistentChains(settings)) }

    init(_ phase: any NegativePhase) { self.phase = phase }

    mutating func begin(_ own: Range<Int>, from start: ChainStart) {
        phase.begin(own, from: start)
    }

    mutating func advance(_ phases: inout StepPhases) {
        phase.advance(&phases)
        let bytes = phases.layer.shape.visibleBytes
        let rows = phases.negative
        visible = Array(phases.visible[rows.lowerBound * bytes..<rows.upperBound * bytes])
    }

    mutating func adapt(to census: [Int64]) { phase.adapt(to: census) }

    func save(into state: inout StateTree, hidden: Int) { phase.save(into: &state, hidden: hidden) }

    mutating func restore(
        _ own: Range<Int>, from state: StateTree, of spec: LayerSpec
    ) throws(StateFault) {
        try phase.restore(own, from: state, of: spec)
    }
}

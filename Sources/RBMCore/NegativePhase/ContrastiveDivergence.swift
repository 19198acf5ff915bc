/// Contrastive divergence: chains start at the cases of every step [Hinton02].
public struct ContrastiveDivergence: NegativePhase {
    public static let name = "cd"
    public static let keepsChains = false
    public static let dividesHidden = true

    public let sweeps: Int
    public var startsFromData: Bool { true }
    public var chainCount: Int { 0 }

    public init(_ settings: ChainSettings) { sweeps = settings.sweeps }

    public init(sweeps: Int) { self.init(ChainSettings(sweeps: sweeps, chains: 0)) }

    public mutating func begin(_ own: Range<Int>, from start: ChainStart) {}

    public mutating func advance(_ phases: inout StepPhases) {
        phases.drawHidden(from: phases.positive, sweep: 0)
        for sweep in 0..<sweeps {
            phases.drawVisible(sweep: sweep)
            phases.findMeans()
            phases.dropFromMeans()
            // No chain goes on from the last means.
            guard sweep < sweeps - 1 else { return }
            phases.drawHidden(from: phases.negative, sweep: sweep + 1)
        }
    }

    // MARK: State

    /// Writes that there are no chains.
    public func save(into state: inout StateTree, hidden: Int) {
        state.set(.bytes([], shape: [0, hidden]), "chains", perHidden: true)
    }

    public mutating func restore(
        _ own: Range<Int>, from state: StateTree, of spec: LayerSpec
    ) throws(StateFault) {}
}

extension NegativePhaseKind {
    public static let contrastiveDivergence = NegativePhaseKind(ContrastiveDivergence.self)
}

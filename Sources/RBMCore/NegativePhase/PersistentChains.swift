/// Persistent contrastive divergence: chains go on from step to step [Tieleman08].
///
/// A process has a contiguous part of the run's chains. What it keeps between steps are the hidden
/// states drawn at the end of the last sweep, so that a sweep begins with a product downward and a step
/// of k sweeps costs 3 + 2k products in all.
public struct PersistentChains: NegativePhase {
    public static let name = "pcd"
    public static let keepsChains = true
    public static let dividesHidden = true

    public let sweeps: Int
    public let chainCount: Int
    private let turnsOver: Bool
    public var startsFromData: Bool { false }

    /// The numbers of this process's chains among all chains.
    public private(set) var own = 0..<0

    /// Hidden states of this process's chains, bytes 0 or 1, shape `[own.count, hidden]`.
    public private(set) var states: [UInt8] = []

    public init(_ settings: ChainSettings) {
        sweeps = settings.sweeps
        chainCount = settings.chains
        turnsOver = settings.turnsOver
    }

    public init(sweeps: Int, chains: Int) {
        self.init(ChainSettings(sweeps: sweeps, chains: chains))
    }

    public mutating func begin(_ own: Range<Int>, from start: ChainStart) {
        self.own = own
        states = start.hiddenStates(of: own)
    }

    public mutating func advance(_ phases: inout StepPhases) {
        precondition(
            own.count == phases.share.negative,
            "\(own.count) chains for \(phases.share.negative) rows")
        phases.exchangeHidden(with: &states)
        phases.dropFromStates()
        for sweep in 0..<sweeps {
            phases.drawVisible(sweep: sweep)
            if turnsOver { phases.turnChains(sweep: sweep) }
            guard sweep < sweeps - 1 else { break }
            phases.findMeans()
            phases.dropFromMeans()
            phases.drawHidden(from: phases.negative, sweep: sweep + 1)
        }
        phases.findLastMeans()
        // The states from which the next step goes on are drawn of all units: given the visible ones,
        // those that the next mask keeps are a sample of its machine.
        phases.drawHidden(from: phases.negative, sweep: sweeps)
        phases.dropFromMeans()
        phases.exchangeHidden(with: &states)
    }

    // MARK: State

    public func save(into state: inout StateTree, hidden: Int) {
        state.set(.bytes(states, shape: [own.count, hidden]), "chains", perHidden: true)
    }

    public mutating func restore(
        _ own: Range<Int>, from state: StateTree, of spec: LayerSpec
    ) throws(StateFault) {
        let hidden = spec.hidden
        guard let all = try state.bytes("chains", columns: hidden, perHidden: true),
            all.values.allSatisfy({ $0 <= 1 })
        else {
            let shape = "U8 of shape [chains, \(hidden)], each 0 or 1"
            throw StateFault(problem: "lacks `\(state.prefix)chains`: \(shape)")
        }
        guard all.rows == chainCount else {
            throw StateFault(
                problem: "holds \(all.rows) chains, but the run has \(chainCount)")
        }
        self.own = own
        states = Array(all.values[own.lowerBound * hidden..<own.upperBound * hidden])
    }
}

extension NegativePhaseKind {
    public static let persistent = NegativePhaseKind(PersistentChains.self)
}

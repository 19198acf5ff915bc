import StepCosts

/// What a step costs a rank, fitted to the steps of one host, and what a link adds between hosts.
struct CostModel: Sendable {
    let threads: Int
    /// Seconds for each operation of a product, each weight and each state.
    let work: [Double]
    /// Seconds for the exchange of a step, and for each of its bytes.
    let exchange: [Double]
    /// What ranks of one host exchange.
    let withinHost: ExchangedBytes
    /// What ranks of several hosts exchange.
    let betweenHosts: ExchangedBytes
    /// The points to which the model was fitted.
    let fittedTo: [ScalingPoint]

    /// - Parameter other: Where the points have no exchange of a kind.
    private static func bytes(
        _ points: [ScalingPoint], other: ExchangedBytes?
    ) -> ExchangedBytes {
        let shared = points.filter { $0.layout.ranks > 1 && $0.exchangedBytes > 0 }
        let parts = shared.map { StepPart($0.shape, $0.layout) }
        let bytes = nonnegativeFit(
            parts.map { [$0.summedWeights, $0.sharedStates] }, to: shared.map(\.exchangedBytes))
        // Sums of 16 bits, and a byte for each state, where none were measured.
        return ExchangedBytes(
            ofWeight: parts.contains { $0.summedWeights > 0 } ? bytes[0] : other?.ofWeight ?? 2,
            ofState: parts.contains { $0.sharedStates > 0 } ? bytes[1] : other?.ofState ?? 3)
    }

    /// Fits a model to the points whose ranks have as many threads; nil if those of one host are too few.
    ///
    /// Times of several hosts do not enter it; the bytes of messages are those that these sent, where
    /// there are some.
    init?(_ all: [ScalingPoint], threads: Int) {
        let points = all.filter { $0.layout.hosts == 1 && $0.layout.threads == threads }
        let parts = points.map { StepPart($0.shape, $0.layout) }
        guard Set(parts).count >= 3 else { return nil }
        self.threads = threads
        work = nonnegativeFit(
            parts.map(\.work),
            to: points.map { $0.millisecondsPerStep / 1000 * (1 - $0.exchangeShare) })
        withinHost = Self.bytes(points, other: nil)
        betweenHosts = Self.bytes(
            all.filter { $0.layout.hosts > 1 }, other: withinHost)
        let shared = points.filter { $0.layout.ranks > 1 && $0.exchangedBytes > 0 }
        exchange =
            shared.isEmpty
            ? [0, 0]
            : nonnegativeFit(
                shared.map { [1, $0.exchangedBytes] },
                to: shared.map { max(1e-9, $0.millisecondsPerStep / 1000 * $0.exchangeShare) })
        fittedTo = points
    }

    /// The mean relative error of the times to which the model was fitted.
    var meanError: Double {
        let errors = fittedTo.map {
            abs(time($0.shape, $0.layout, link: nil).seconds * 1000 / $0.millisecondsPerStep - 1)
        }
        return errors.reduce(0, +) / Double(errors.count)
    }

    /// The time of a step and the part of it that is exchange.
    ///
    /// Between hosts a sum over D ranks sends 2(D − 1)/D of its bytes out of each host, in pieces of 1 MB
    /// with 2 log₂ D messages one after the other each, and a row of H ranks (H − 1)/H of its bytes. Ranks
    /// of one host share its link. Nothing runs beside the computation.
    ///
    /// - Parameter link: Between the hosts; nil for one host.
    func time(
        _ shape: StepShape, _ layout: Layout, link: Link?
    ) -> (seconds: Double, exchangeShare: Double) {
        let part = StepPart(shape, layout)
        var cost = StepCost(
            work: work, bytes: layout.hosts > 1 ? betweenHosts : withinHost)
        (cost.ofStep, cost.ofByte) = (exchange[0], exchange[1])
        let computing = cost.computing(part)
        let sums = cost.bytes.ofWeight * part.summedWeights
        let states = cost.bytes.ofState * part.sharedStates
        var waiting = cost.waiting(part)
        if layout.hosts > 1, let link {
            let ranksOfHost = layout.ranks / layout.hosts
            let rowsCross = ranksOfHost % layout.hiddenRanks != 0
            if layout.dataRanks > 1 {
                let ranks = Double(layout.dataRanks)
                let columns = Double(min(layout.hiddenRanks, ranksOfHost))
                let pieces = (sums / Double(1 << 20)).rounded(.up)
                waiting += 2 * (ranks - 1) / ranks * sums * columns / link.bytesPerSecond
                waiting += pieces * 2 * Self.rounds(layout.dataRanks) * link.seconds
            }
            if rowsCross {
                let exchanges = Double(2 * shape.sweeps + 3)
                let ranks = Double(layout.hiddenRanks)
                waiting +=
                    (ranks - 1) / ranks * states * Double(ranksOfHost) / link.bytesPerSecond
                waiting += exchanges * Self.rounds(layout.hiddenRanks) * link.seconds
            }
        }
        let total = computing + waiting
        return (total, total > 0 ? waiting / total : 0)
    }

    /// ⌈log₂ n⌉.
    private static func rounds(_ ranks: Int) -> Double {
        Double(Int.bitWidth - (ranks - 1).leadingZeroBitCount)
    }
}

extension StepPart {
    /// The part of the slowest rank of a layout.
    init(_ shape: StepShape, _ layout: Layout) {
        func part(_ count: Int, _ parts: Int) -> Int { (count + parts - 1) / parts }
        // Hidden units are cut in groups of 64.
        let columns = min(shape.hidden, part(part(shape.hidden, 64), layout.hiddenRanks) * 64)
        self.init(
            visible: shape.visible, columns: columns, cases: part(shape.batch, layout.dataRanks),
            sweeps: shape.sweeps, dataRanks: layout.dataRanks, hiddenRanks: layout.hiddenRanks)
    }
}

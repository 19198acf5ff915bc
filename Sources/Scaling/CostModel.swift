/// What a step costs a rank, fitted to the steps of one host.
///
/// The work of a rank with b cases and h of the hidden units is a sum of three terms: one for each
/// operation of the products (3 + 2k products of b·V·h), one for each weight (its update, tables), and one
/// for each state (drawing, reading). An exchange within the host costs a time of its own and a time
/// for each byte.
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

    /// The bytes that a rank gives into an exchange.
    struct ExchangedBytes: Sendable, Equatable {
        /// For each of its weights, where ranks share the cases.
        var ofWeight: Double
        /// For each visible state, where ranks share the hidden units.
        var ofState: Double

        /// - Parameter other: Where the points have no exchange of a kind.
        fileprivate init(_ points: [ScalingPoint], other: ExchangedBytes?) {
            let shared = points.filter { $0.layout.ranks > 1 && $0.exchangedBytes > 0 }
            let parts = shared.map { Part($0.shape, $0.layout) }
            let bytes = nonnegativeFit(
                parts.map { [$0.weights, $0.exchangedStates] }, to: shared.map(\.exchangedBytes))
            // Sums of 16 bits, and a byte for each state, where none were measured.
            ofWeight = parts.contains { $0.weights > 0 } ? bytes[0] : other?.ofWeight ?? 2
            ofState = parts.contains { $0.exchangedStates > 0 } ? bytes[1] : other?.ofState ?? 3
        }
    }

    /// Fits a model to the points whose ranks have as many threads; nil if those of one host are too few.
    ///
    /// Times of several hosts do not enter it; the bytes of messages are those that these sent, where
    /// there are some.
    init?(_ all: [ScalingPoint], threads: Int) {
        let points = all.filter { $0.layout.hosts == 1 && $0.layout.threads == threads }
        let parts = points.map { Part($0.shape, $0.layout) }
        guard Set(parts).count >= 3 else { return nil }
        self.threads = threads
        work = nonnegativeFit(
            parts.map(\.features),
            to: points.map { $0.millisecondsPerStep / 1000 * (1 - $0.exchangeShare) })
        withinHost = ExchangedBytes(points, other: nil)
        betweenHosts = ExchangedBytes(all.filter { $0.layout.hosts > 1 }, other: withinHost)
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

    /// What a rank has of a step.
    private struct Part: Hashable {
        let features: [Double]
        /// Weights that are added up over ranks; 0 where all cases are here.
        let weights: Double
        /// Visible states of all sweeps that are added up over ranks; 0 where all hidden units are here.
        let exchangedStates: Double

        init(_ shape: StepShape, _ layout: Layout) {
            let visible = Double(shape.visible)
            let cases = (Double(shape.batch) / Double(layout.dataRanks)).rounded(.up)
            // Hidden units are cut in groups of 64.
            let groups = (Double(shape.hidden) / 64).rounded(.up)
            let hidden = min(
                Double(shape.hidden), (groups / Double(layout.hiddenRanks)).rounded(.up) * 64)
            let products = Double(3 + 2 * shape.sweeps)
            features = [
                products * cases * visible * hidden, visible * hidden, cases * (visible + hidden),
            ]
            weights = layout.dataRanks > 1 ? visible * hidden : 0
            exchangedStates =
                layout.hiddenRanks > 1 ? Double(shape.sweeps) * cases * visible : 0
        }
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
        let part = Part(shape, layout)
        let computing = zip(work, part.features).reduce(0) { $0 + $1.0 * $1.1 }
        let bytes = layout.hosts > 1 ? betweenHosts : withinHost
        let sums = bytes.ofWeight * part.weights
        let states = bytes.ofState * part.exchangedStates
        var waiting = layout.ranks > 1 ? exchange[0] + exchange[1] * (sums + states) : 0
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

import RandomStreams

/// A few sweeps more of the chains of a training, which only show how they move: the training goes on from
/// where they were.
public struct ChainCheck: Sendable {
    /// How many sweeps are made.
    public static let sweeps = 8

    /// Units that changed from one sweep to the next, over all chains and sweeps of this process.
    public private(set) var flips = 0
    /// For each unit the sums over chains of its level at the start, of that at the end, and of their
    /// product, in the states' own steps.
    public private(set) var moments: [Int64]
    /// How many chains of this process have more units up than down.
    public private(set) var up = 0
    /// The byte of the level 1.
    private let largest: Int

    /// Makes the sweeps.
    ///
    /// - Parameters:
    ///   - layer: With the weights of the training.
    ///   - states: The visible states of this process's chains, shape `[chains, visibleBytes]`.
    ///   - first: The number of its first chain.
    ///   - step: Names the random numbers, with `place`, the layer's place in the stack.
    init(
        _ layer: Layer, _ states: [UInt8], first: Int, seed: UInt64, place: Int, step: Int
    ) {
        let spec = layer.shape
        let rows = 0..<(states.count / max(1, spec.visibleBytes))
        largest = spec.encoding.maximum
        moments = Array(repeating: 0, count: 3 * spec.visible)
        guard spec.visibleUnits.isDiscrete else { return }
        var (visible, means) = (states, [Float](repeating: 0, count: rows.count * spec.hidden))
        var hidden = [UInt8](repeating: 0, count: means.count)
        for sweep in 0..<Self.sweeps {
            let before = visible
            func stream(_ side: Purpose.Side) -> RandomStream {
                RandomStream(
                    seed: seed, .chainCheck(side, layer: place, step: step, sweep: sweep))
            }
            layer.hiddenProbabilities(visible, rows: rows, into: &means)
            layer.drawHidden(
                from: means, rows: rows, stream: stream(.hidden), firstRow: first, into: &hidden,
                at: 0)
            layer.drawVisible(
                given: hidden, rows: rows, stream: stream(.visible), firstRow: first,
                into: &visible, at: 0)
            flips += Self.changes(before.span, visible.span)
        }
        // A unit of several columns changes two of them.
        if spec.visibleUnits.columns > 1 { flips /= 2 }
        let (start, end) = (states.span, visible.span)
        for row in rows {
            var sum = 0
            for i in 0..<spec.visible {
                let (a, b) = (start[row * spec.visible + i], end[row * spec.visible + i])
                moments[i] += Int64(a)
                moments[spec.visible + i] += Int64(b)
                moments[2 * spec.visible + i] += Int64(a) * Int64(b)
                sum += Int(a)
            }
            if 2 * sum > spec.encoding.maximum * spec.visible { up += 1 }
        }
    }

    private static func changes(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
        var changes = 0
        for i in a.indices { changes += a[i] == b[i] ? 0 : 1 }
        return changes
    }

    /// All sums, which processes add up.
    public var units: [Int64] {
        get { moments + [Int64(flips), Int64(up)] }
        set {
            moments = Array(newValue.dropLast(2))
            flips = Int(newValue[newValue.count - 2])
            up = Int(newValue[newValue.count - 1])
        }
    }

    /// The correlation of a unit with itself after the sweeps, each unit weighted by its variance over
    /// chains; nil where no unit varies.
    public func autocorrelation(chains: Int) -> Double? {
        let (units, count) = (moments.count / 3, Double(chains))
        var (covariance, variance) = (0.0, 0.0)
        for i in 0..<units {
            let (a, b) = (Double(moments[i]) / count, Double(moments[units + i]) / count)
            covariance += Double(moments[2 * units + i]) / count - a * b
            // Levels are 0 and one other number m, so that ⟨x²⟩ = m⟨x⟩.
            variance += a * (Double(largest) - a)
        }
        return variance > 0 ? covariance / variance : nil
    }
}

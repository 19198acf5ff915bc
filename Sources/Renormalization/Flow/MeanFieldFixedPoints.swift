/// The fixed points at which the deterministic flow of a machine ends, with the starts that end there.
public struct MeanFieldFixedPoints: Sendable {
    /// A state that the map does not change.
    public struct Point: Sendable {
        /// The visible means.
        public let visible: [Double]
        /// The largest |f(v) − v| of all units.
        public let residual: Double
        /// The spectral radius of the Jacobian; the point attracts where it is below 1.
        public let spectralRadius: Double
        /// The mean-field free energy G, in nats.
        public let freeEnergy: Double
        /// How many starts of each group ended here.
        public internal(set) var basin: [Int]

        /// The mean of the visible means.
        public var mean: Double { visible.reduce(0, +) / Double(visible.count) }
    }

    /// Where the flow from one start ended.
    public struct End: Sendable, Equatable {
        /// The visible means.
        public let visible: [Double]
        /// The largest |f(v) − v| of all units.
        public let residual: Double

        public init(visible: [Double], residual: Double) {
            self.visible = visible
            self.residual = residual
        }
    }

    /// A state is at rest if no unit changes by more than this.
    public static let tolerance = 1e-10
    /// How often the map is applied before a start counts as still moving.
    public static let mostSteps = 5000
    /// Two ends are one fixed point if no unit differs by more than this.
    ///
    /// An end may be 1/(1 − radius) times farther from its fixed point than its residual.
    static let sameness = 1e-4

    /// The fixed points that starts reached; the one with the most starts comes first.
    public let points: [Point]
    /// How many starts of each group had not come to rest.
    public let moving: [Int]

    /// Applies the map to a start until it is at rest, or `mostSteps` times.
    public static func end(of start: [Double], under map: MeanFieldMap) -> End {
        var state = start
        var residual = Double.infinity
        for _ in 0..<mostSteps {
            let next = map(state)
            residual = zip(next, state).reduce(0) { max($0, abs($1.0 - $1.1)) }
            state = next
            if residual <= tolerance { break }
        }
        return End(visible: state, residual: residual)
    }

    /// Sorts ends into fixed points.
    ///
    /// - Parameters:
    ///   - ends: The ends, each with the group of its start.
    ///   - groups: The number of groups.
    public init(_ ends: [(end: End, group: Int)], groups: Int, under map: MeanFieldMap) {
        var moving = [Int](repeating: 0, count: groups)
        var found: [(end: End, basin: [Int])] = []
        for (end, group) in ends {
            guard end.residual <= Self.tolerance else {
                moving[group] += 1
                continue
            }
            if let place = found.firstIndex(where: { Self.isSame($0.end, end) }) {
                found[place].basin[group] += 1
            } else {
                var basin = [Int](repeating: 0, count: groups)
                basin[group] = 1
                found.append((end, basin))
            }
        }
        self.moving = moving
        points = found.map { end, basin in
            Point(
                visible: end.visible, residual: end.residual,
                spectralRadius: map.spectralRadius(at: end.visible),
                freeEnergy: map.freeEnergy(
                    visible: end.visible, hidden: map.hiddenMeans(end.visible)),
                basin: basin)
        }
        // Points with equally many starts stay in the order of their first starts.
        .enumerated().sorted { a, b in
            let (left, right) = (a.element.basin.reduce(0, +), b.element.basin.reduce(0, +))
            return left != right ? left > right : a.offset < b.offset
        }
        .map(\.element)
    }

    private static func isSame(_ a: End, _ b: End) -> Bool {
        for i in a.visible.indices where abs(a.visible[i] - b.visible[i]) > sameness {
            return false
        }
        return true
    }
}

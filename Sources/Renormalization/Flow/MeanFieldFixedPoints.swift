/// Where the deterministic flow of a machine ends, and how many starts end where.
public struct MeanFieldFixedPoints: Sendable {
    /// A state that the map leaves where it is.
    public struct Point: Sendable {
        /// Visible means.
        public let visible: [Double]
        /// The largest |f(v) − v| of a unit.
        public let residual: Double
        /// Of the Jacobian; below 1 the point attracts.
        public let spectralRadius: Double
        /// G of the point, in nats.
        public let freeEnergy: Double
        /// Starts that ended here, by group.
        public internal(set) var basin: [Int]

        /// Mean of the units' values.
        public var mean: Double { visible.reduce(0, +) / Double(visible.count) }
    }

    /// An end of one start.
    public struct End: Sendable, Equatable {
        public let visible: [Double]
        public let residual: Double

        public init(visible: [Double], residual: Double) {
            self.visible = visible
            self.residual = residual
        }
    }

    /// A change of no unit above this is rest.
    public static let tolerance = 1e-10
    /// Applications of the map before a start counts as still moving.
    public static let mostSteps = 5000
    /// Ends of which no unit differs by more are one fixed point.
    ///
    /// An end may be 1/(1 − radius) times farther from the point than its residual.
    static let sameness = 1e-4

    /// The fixed points that starts reached, by falling number of starts.
    public let points: [Point]
    /// Starts that had not come to rest, by group.
    public let moving: [Int]

    /// Applies the map until it rests.
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

    /// Sorts ends into fixed points, in their order.
    ///
    /// - Parameters:
    ///   - ends: Each with the group of its start.
    ///   - groups: Number of groups.
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
        // Stable: equals stay in the order of their first starts.
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

/// The inverse temperatures that an annealing visits, from 0 of the base model to 1 of the RBM.
public struct AnnealingSchedule: Sendable, Equatable {
    /// Rising from 0 to 1, shape `[temperatures + 1]`.
    public let betas: [Double]

    /// The number of ratios in a weight: one more than the sweeps of a chain.
    public var temperatures: Int { betas.count - 1 }

    /// Creates equal steps.
    ///
    /// - Parameter temperatures: 1 to 2³² − 1.
    public init(linear temperatures: Int) {
        self.init(temperatures: temperatures, densities: [1])
    }

    /// Creates steps of which each of equally wide parts of [0, 1] gets a share.
    ///
    /// - Parameters:
    ///   - temperatures: 1 to 2³² − 1.
    ///   - densities: The shares of the parts, up to a common factor; all positive and finite.
    public init(temperatures: Int, densities: [Double]) {
        precondition(
            temperatures >= 1 && temperatures < 1 << 32, "\(temperatures) temperatures")
        precondition(
            !densities.isEmpty && densities.allSatisfy { $0 > 0 && $0.isFinite },
            "\(densities.count) densities, all above 0")
        let total = densities.reduce(0, +)
        var betas: [Double] = []
        var (part, before) = (0, 0.0)
        for step in 0..<temperatures {
            let place = Double(step) / Double(temperatures) * total
            while part < densities.count - 1, place >= before + densities[part] {
                before += densities[part]
                part += 1
            }
            let share = min(1, (place - before) / densities[part])
            betas.append((Double(part) + share) / Double(densities.count))
        }
        self.betas = betas + [1]
    }

    /// Creates steps that follow how rough the path is, as pilot runs over equal steps found it.
    ///
    /// A part of the path that gets n steps costs a dissipation of about c/n, and the sum of these is
    /// least where n is proportional to √c. What a part dissipates on both ways together is the
    /// difference of its mean ln ratios backward and forward, and near equilibrium also their
    /// variance: the larger of the two counts, for a variance is seen sooner and a difference also
    /// where chains are frozen. A tenth of the steps is spread evenly, because a pilot does not see
    /// all that is rough.
    ///
    /// - Parameters:
    ///   - temperatures: 1 to 2³² − 1.
    ///   - forward: The ln ratios of forward pilot chains over equally wide parts, shape
    ///     `[chains, parts]`.
    ///   - reverse: The same of reverse pilot chains.
    public init(
        temperatures: Int, parts: Int, pilotForward forward: [Double],
        pilotReverse reverse: [Double]
    ) {
        let shares = (0..<parts).map { part in
            let ahead = Self.moments(forward, part: part, of: parts)
            let back = Self.moments(reverse, part: part, of: parts)
            let dissipation = max(back.mean - ahead.mean, (ahead.variance + back.variance) / 2)
            return max(0, dissipation).squareRoot()
        }
        let total = shares.reduce(0, +)
        let even = 1 / Double(parts)
        self.init(
            temperatures: temperatures,
            densities: shares.map { total > 0 ? 0.9 * $0 / total + 0.1 * even : even })
    }

    private static func moments(
        _ ratios: [Double], part: Int, of parts: Int
    ) -> (mean: Double, variance: Double) {
        let column = stride(from: part, to: ratios.count, by: parts).map { ratios[$0] }
        let count = Double(column.count)
        let mean = column.reduce(0, +) / count
        return (mean, column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1))
    }
}

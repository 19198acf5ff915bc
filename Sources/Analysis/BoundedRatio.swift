/// The ratio of two partition functions between two bounds, from the weights of chains that went from
/// one distribution to the other and of chains that went back.
///
/// A chain that goes from the distribution 0 to the distribution 1 has the weight w, whose mean is
/// Z₁/Z₀; a chain that goes back on the reversed path has a w too, the mean of whose inverse is Z₀/Z₁.
/// By Jensen's inequality ln w is at most ln (Z₁/Z₀) in the mean over the chains that go there, and at
/// least as much in the mean over those that come back. The gap between the two means is the
/// dissipation of both ways together; where it is small, Bennett's ratio of all weights is sure.
/// Sources: [Crooks00], [Bennett76].
public struct BoundedRatio: Sendable, Equatable {
    /// How far an estimate can be trusted.
    public enum Verdict: String, Sendable {
        /// The bounds are near to each other: the estimate holds with its error.
        case determined
        /// The estimate is likely right, but only the bounds are sure.
        case rough
        /// Only the bounds tell anything.
        case undetermined
    }

    /// The largest gap, in nats, at which the estimate is determined.
    public static let determinedGap = 4.0
    /// The largest gap, in nats, at which there is an estimate at all.
    public static let roughGap = 15.0

    /// The mean of ln w over the chains that go from 0 to 1, in nats: a lower bound.
    public let forward: Estimate
    /// The mean of ln w over the chains that come back, in nats: an upper bound.
    ///
    /// Of several groups of chains it is the largest mean.
    public let reverse: Estimate
    /// Bennett's ratio of all weights, in nats.
    public let ratio: Estimate
    /// The mean w of the chains that go from 0 to 1, an estimate of Z₁/Z₀ by these alone.
    public let forwardWeight: MeanWeight
    /// The mean 1/w of the chains that come back, an estimate of Z₀/Z₁ by these alone.
    public let reverseWeight: MeanWeight
    /// Whether the groups of chains that come back agree, within four standard errors or one nat.
    public let groupsAgree: Bool

    /// Joins the logarithms of weights.
    ///
    /// - Parameters:
    ///   - forward: ln w of the chains that went from 0 to 1.
    ///   - groups: ln w of the chains that came from 1 to 0, in groups that were started
    ///     differently.
    ///   - blockLength: How many consecutive chains of a group may depend on each other, because
    ///     of their starts.
    /// - Precondition: Either list has a weight, as has every group, and every weight is finite and
    ///   above 0.
    public init(forward: [Double], reverse groups: [[Double]], blockLength: Int = 1) {
        self.forward = Estimate.mean(of: forward)
        let means = groups.map { Estimate.mean(of: $0, blockLength: blockLength) }
        let reverse = groups.flatMap(\.self)
        var (highest, lowest) = (means[0], means[0])
        for mean in means {
            if mean.value > highest.value { highest = mean }
            if mean.value < lowest.value { lowest = mean }
        }
        self.reverse = highest
        let errors = (highest.error * highest.error + lowest.error * lowest.error).squareRoot()
        groupsAgree = !(highest.value - lowest.value > max(1, 4 * errors))
        ratio = BennettRatio.estimate(
            first: forward, second: reverse, secondBlockLength: blockLength)
        forwardWeight = MeanWeight(logWeights: forward)
        reverseWeight = MeanWeight(logWeights: reverse.map { -$0 })
    }

    /// The mean dissipation of both ways together, in nats.
    public var gap: Double { reverse.value - forward.value }

    /// The lower bound, two standard errors below the mean.
    public var lower: Double { forward.value - 2 * known(forward.error) }

    /// The upper bound, two standard errors above the mean.
    public var upper: Double { reverse.value + 2 * known(reverse.error) }

    /// What the gap says of the estimate.
    ///
    /// Chains that come back from other states than those of the distribution 1 may tell any number,
    /// and a gap of them says nothing. Therefore groups that disagree are rough at best, and an
    /// estimate that is not between its own bounds is undetermined.
    public var verdict: Verdict {
        // Of equal weights, rounding may put the estimate beside the bounds.
        let rounding = 1e-9 * (1 + ratio.value.magnitude)
        guard gap <= Self.roughGap, lower - rounding <= ratio.value,
            ratio.value <= upper + rounding
        else { return .undetermined }
        return gap <= Self.determinedGap && groupsAgree ? .determined : .rough
    }

    private func known(_ error: Double) -> Double { error.isNaN ? 0 : error }
}

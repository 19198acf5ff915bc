import Analysis
import RandomStreams
import RealModule

/// What hidden units tell of the visible units: I(v; h) = H(h) − H(h | v) in nats, under the distribution
/// of v in the target and the kernel's p(h | v).
public enum MutualInformation {
    /// The largest number of pairs of a visible and a hidden state that are summed exactly.
    private static let largestPairs = 1 << 26

    /// Returns the exact information, from all hidden states for each of some visible states.
    ///
    /// - Parameters:
    ///   - states: The visible states that occur, as bytes.
    ///   - probabilities: The probability of each, with the sum 1.
    /// - Returns: Nil for more than 2²⁶ pairs of states.
    public static func exact(
        _ kernel: some RGKernel, states: [[UInt8]], probabilities: [Double]
    ) -> Double? {
        let hidden = kernel.hiddenCount
        guard hidden <= 26, states.count <= largestPairs >> hidden else { return nil }
        var marginal = [Double](repeating: 0, count: 1 << hidden)
        var joint = marginal
        var conditional = 0.0
        for (visible, probability) in zip(states, probabilities) where probability > 0 {
            let logs = kernel.logConditionals(of: visible)
            conditional += probability * entropy(logs)
            // The table of joint probabilities doubles with each unit.
            var span = joint.mutableSpan
            span[0] = probability
            for j in 0..<hidden {
                let (lower, upper) = (Double.exp(logs.lower[j]), Double.exp(logs.upper[j]))
                let half = 1 << j
                for state in 0..<half {
                    span[state &+ half] = span[state] * upper
                    span[state] *= lower
                }
            }
            var sums = marginal.mutableSpan
            for state in sums.indices { sums[state] += span[state] }
        }
        return -marginal.reduce(0) { $0 + product($1, log: .log($1)) } - conditional
    }

    /// Returns an estimate of the upper bound Σⱼ H(⟨pⱼ⟩) − ⟨H(h | v)⟩, in which hidden units count as
    /// independent.
    ///
    /// - Parameters:
    ///   - cases: The bytes of visible states of the target, shape [n, visible].
    ///   - limit: The entropy of the target, which the information cannot exceed.
    public static func upperBound(
        _ kernel: some RGKernel, cases: [UInt8], limit: Double
    ) -> Double {
        let states = rows(cases, of: kernel.visibleCount)
        var means = [Double](repeating: 0, count: kernel.hiddenCount)
        var conditional = 0.0
        for state in states {
            let logs = kernel.logConditionals(of: state)
            conditional += entropy(logs) / Double(states.count)
            for j in means.indices { means[j] += .exp(logs.upper[j]) / Double(states.count) }
        }
        let marginal = means.reduce(0) {
            $0 - product($1, log: .log($1)) - product(1 - $1, log: .log(onePlus: -$1))
        }
        return min(limit, marginal - conditional)
    }

    /// Returns one term for each of some cases; the mean over all cases is on average a lower bound.
    ///
    /// The term of a case v is ln p(h|v) − ln (1/n) Σ p(h|v′) over all n cases v′, for one h drawn from
    /// p(h|v). The bound cannot exceed ln n. Source: [Poole19].
    ///
    /// - Parameters:
    ///   - cases: The bytes of visible states of the target, shape [n, visible].
    ///   - share: The numbers of the cases whose terms are returned.
    ///   - seed: Names the hidden states that are drawn.
    public static func lowerBoundTerms(
        _ kernel: some RGKernel, cases: [UInt8], share: Range<Int>, seed: UInt64
    ) -> [Double] {
        let hidden = kernel.hiddenCount
        let conditionals = rows(cases, of: kernel.visibleCount).map(kernel.logConditionals)
        let stream = RandomStream(seed: seed, .informationStates)
        return share.map { number in
            let own = conditionals[number]
            let bytes = (0..<hidden).map { j in
                stream.word(row: number, unit: j).occurs(Float(Double.exp(own.upper[j]))) ? 1 : 0
            }
            let logs = conditionals.map { logProbability(bytes, $0) }
            return logs[number] - logSumExp(logs) + .log(Double(conditionals.count))
        }
    }

    /// Returns Σ ln p(hⱼ | v).
    private static func logProbability(_ bytes: [Int], _ logs: KernelTerms) -> Double {
        let (bytes, lower, upper) = (bytes.span, logs.lower.span, logs.upper.span)
        var sum = 0.0
        for j in bytes.indices { sum += bytes[j] == 0 ? lower[j] : upper[j] }
        return sum
    }

    /// Returns −Σ p ln p of independent units.
    private static func entropy(_ logs: KernelTerms) -> Double {
        zip(logs.lower, logs.upper).reduce(0) {
            $0 - product(.exp($1.0), log: $1.0) - product(.exp($1.1), log: $1.1)
        }
    }

    /// Returns p ln p, which is 0 for p = 0.
    private static func product(_ p: Double, log: Double) -> Double { p > 0 ? p * log : 0 }

    private static func rows(_ bytes: [UInt8], of columns: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: columns).map { Array(bytes[$0..<$0 + columns]) }
    }
}

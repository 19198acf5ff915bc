extension Parameters {
    /// A part of the values, as a file holds it.
    public struct Part: Sendable {
        /// The last word of the tensor's name.
        public let name: String
        /// The place in `values`.
        public let range: Range<Int>
        /// Slowest index first.
        public let shape: [Int]
        /// Whether the last dimension is the hidden columns.
        public var isPerHidden = false
    }

    /// The parts of the values in their order: three, and a fourth if units have variances.
    public var parts: [Part] {
        var parts = [
            Part(
                name: "weights", range: 0..<weightCount, shape: [visibleCount, hiddenCount],
                isPerHidden: true),
            Part(name: "visible_bias", range: visibleBiasRange, shape: [visibleCount]),
            Part(
                name: "hidden_bias", range: hiddenBiasRange, shape: [hiddenCount],
                isPerHidden: true),
        ]
        if hasLogVariances {
            parts.append(
                Part(
                    name: "visible_log_variance", range: logVarianceRange, shape: [visibleCount]))
        }
        return parts
    }
}

public import Analysis

/// A product of two matrices near a data matrix: X ≈ GH, with k archetypes H and the coordinates G ≥ 0 of
/// each row of X along them.
public struct Factorization: Sendable {
    /// What is asked of the archetypes.
    public enum Kind: String, Sendable, CaseIterable {
        /// They are not negative, and nor are the data [LeeSeung99].
        case plain
        /// They may have any sign [Ding10].
        case semi
        /// They are combinations H = WᵀX of the data with W ≥ 0 [Ding10].
        case convex
        /// They are rows of the data, found one after another [Gillis14].
        case separable
        /// They are rows of the data, found all at once by a convex programme [Bittorf12].
        case hottopixx
    }

    public let kind: Kind
    /// H, shape [k, columns].
    public internal(set) var archetypes: Matrix
    /// G, shape [rows, k].
    public internal(set) var coordinates: Matrix
    /// ‖X − GH‖² after each iteration, the start first.
    public internal(set) var losses: [Double]
    /// ‖X‖².
    public let squares: Double
    /// W of convex factors, shape [rows, k]; nil for other kinds.
    public internal(set) var mixture: Matrix?
    /// The rows that are the archetypes, in the order in which they were found; empty for other kinds.
    public internal(set) var anchors: [Int]

    /// The largest relative rise of the loss from one iteration to the next; negative where it always fell.
    public var largestRise: Double {
        zip(losses, losses.dropFirst()).map { ($1 - $0) / squares }.max() ?? 0
    }

    /// ‖X − GH‖/‖X‖.
    public var relativeError: Double {
        squares > 0 ? (max(0, losses.last ?? 0) / squares).squareRoot() : 0
    }

    /// When to stop.
    public struct Stop: Sendable {
        public let iterations: Int
        let tolerance: Double

        /// - Parameters:
        ///   - iterations: The most.
        ///   - tolerance: The fall of the loss in one iteration below which nothing is gained any more, as
        ///     a share of ‖X‖².
        public init(iterations: Int, tolerance: Double) {
            self.iterations = iterations
            self.tolerance = tolerance
        }

        func isReached(_ losses: [Double], _ squares: Double) -> Bool {
            guard let last = losses.last, losses.count > 1 else { return false }
            return losses.count > iterations
                || losses[losses.count - 2] - last < tolerance * squares
        }
    }
}

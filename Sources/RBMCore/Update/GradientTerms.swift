/// Gradient terms that add one after the other to the gradient of an update.
///
/// They hang together like the links of a chain. In an array each call would count a reference, on one
/// counter for all threads.
struct GradientTerms: GradientTerm {
    private let earlier: any GradientTerm
    private let last: any GradientTerm

    var place: GradientPlace { last.place }

    private init(_ earlier: any GradientTerm, _ last: any GradientTerm) {
        self.earlier = earlier
        self.last = last
    }

    /// Joins terms to one that adds what they add, in their order.
    static func joined(_ terms: [any GradientTerm]) -> any GradientTerm {
        guard let first = terms.first else { return NoTerm() }
        return terms.dropFirst().reduce(first) { GradientTerms($0, $1) }
    }

    func addToWeights(
        ofVisible unit: Int, at weights: Span<Float>, gradient: inout MutableSpan<Float>
    ) {
        earlier.addToWeights(ofVisible: unit, at: weights, gradient: &gradient)
        last.addToWeights(ofVisible: unit, at: weights, gradient: &gradient)
    }

    func addToHiddenBiases(_ gradient: inout MutableSpan<Float>) {
        earlier.addToHiddenBiases(&gradient)
        last.addToHiddenBiases(&gradient)
    }

    var hiddenSums: [Double] { earlier.hiddenSums + last.hiddenSums }

    func complete(hiddenSums: ArraySlice<Double>) {
        let ofLast = last.hiddenSums.count
        earlier.complete(hiddenSums: hiddenSums.dropLast(ofLast))
        last.complete(hiddenSums: hiddenSums.suffix(ofLast))
    }

    func addToVisibleBiases(_ gradient: inout MutableSpan<Float>) {
        earlier.addToVisibleBiases(&gradient)
        last.addToVisibleBiases(&gradient)
    }
}

/// A term that adds nothing.
private struct NoTerm: GradientTerm {
    var place: GradientPlace { .moments }
}

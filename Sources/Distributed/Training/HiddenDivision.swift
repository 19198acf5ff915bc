import RBMCore

/// Why the ranks of a row cannot divide the hidden units of a layer.
public enum HiddenDivisionRefusal: Sendable, Equatable {
    /// Sums in float32 would depend on the division.
    case float32
    /// Units of several columns, of the kind with this name.
    case units(String)
    /// The negative phase with this name.
    case negativePhase(String)
    /// There are more ranks than groups of 64 hidden units.
    case tooFewUnits(most: Int)
}

extension LayerPlan {
    /// Why so many ranks cannot divide the hidden units; nil where they can.
    public func refusal(ofHiddenRanks ranks: Int) -> HiddenDivisionRefusal? {
        guard ranks > 1 else { return nil }
        if arithmetic == .float32 { return .float32 }
        for kind in [visibleUnits, hiddenUnits] where kind.columns > 1 {
            return .units("\(kind)")
        }
        let phase = type(of: negativePhase)
        guard phase.dividesHidden else { return .negativePhase(phase.name) }
        let most = HiddenSlice.most(of: hidden)
        return ranks > most ? .tooFewUnits(most: most) : nil
    }
}

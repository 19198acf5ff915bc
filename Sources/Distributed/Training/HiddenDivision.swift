import RBMCore

/// Why the ranks of a row cannot divide the hidden units of a layer.
public enum HiddenDivisionRefusal: Sendable, Equatable {
    /// Units of real values, of the kind with this name.
    case realUnits(String)
    /// The negative phase with this name.
    case negativePhase(String)
}

extension LayerPlan {
    /// Why several ranks cannot divide the hidden units; nil where they can.
    ///
    /// Where there are more ranks than groups of hidden units, some ranks hold none.
    public func refusal(ofHiddenRanks ranks: Int) -> HiddenDivisionRefusal? {
        guard ranks > 1 else { return nil }
        for kind in [visibleUnits, hiddenUnits] where !kind.isDiscrete {
            return .realUnits("\(kind)")
        }
        let phase = type(of: negativePhase)
        return phase.dividesHidden ? nil : .negativePhase(phase.name)
    }

    /// Whether trial steps may choose so many ranks that divide the hidden units.
    ///
    /// A rank without hidden units saves no time. In float32 the last bits of a training depend on the
    /// division, so that a choice by time would not be repeated.
    func mayChoose(hiddenRanks ranks: Int) -> Bool {
        ranks == 1
            || refusal(ofHiddenRanks: ranks) == nil && arithmetic != .float32
                && ranks <= HiddenSlice.most(of: hidden, unit: hiddenUnits.columns)
    }
}

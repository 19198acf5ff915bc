import RBMCore

/// The model of a layer in training as a record measures it: its hidden columns of this rank, and the
/// ranks that hold the others.
struct MeasuredLayer {
    /// The model with the columns of this rank.
    let own: RBM
    /// nil where this rank holds all columns.
    let row: GridRow?

    var visible: Int { own.visibleCount }
    /// The hidden columns of all ranks.
    var hidden: Int { row?.slice.total ?? own.hiddenCount }

    /// Collective.
    ///
    /// The model with all columns.
    var whole: RBM {
        guard let row else { return own }
        return RBM(
            visibleUnits: own.visibleUnits, hiddenUnits: own.hiddenUnits,
            parameters: row.join(own.parameters))
    }

    /// Collective.
    ///
    /// The norm of the weights of all columns.
    var weightNorm: Double {
        row?.weightNorm(own.parameters) ?? own.parameters.weightNorm
    }

    /// Measures cases; all ranks of a row measure the same ones.
    func evaluator(encoding: StateEncoding, arithmetic: ArithmeticKind) -> LayerEvaluator {
        LayerEvaluator(
            own, of: row?.slice ?? HiddenSlice(whole: own.hiddenCount), group: row,
            encoding: encoding, arithmetic: arithmetic)
    }
}

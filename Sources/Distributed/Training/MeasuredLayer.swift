import RBMCore

/// The model of a layer in training as a record measures it: its hidden columns of this rank, and the
/// ranks that hold the others.
struct MeasuredLayer: Machine {
    /// The model with the columns of this rank.
    let own: RBM
    /// nil where this rank holds all columns.
    let row: GridRow?
    let allHiddenBiases: [Float]

    var group: (any HiddenGroup)? { row }

    /// Collective.
    ///
    /// Brings the biases of all columns together.
    init(own: RBM, row: GridRow?) {
        self.own = own
        self.row = row
        let biases = own.parameters.hiddenBias
        allHiddenBiases = row?.join(biases[...], rows: 1) ?? biases
    }

    /// Collective.
    ///
    /// Hands over the weights of all columns, rows after rows, shape `[rows, hidden]`.
    func forEachBlock(_ body: (_ rows: Range<Int>, _ values: ArraySlice<Float>) -> Void) {
        let weights = own.parameters.values[..<own.parameters.weightCount]
        guard let row else { return body(0..<visibleCount, weights) }
        row.forEachJoinedBlock(of: weights, rows: visibleCount) { body($0, $1[...]) }
    }

    /// Measures cases; all ranks of a row measure the same ones.
    func evaluator(encoding: StateEncoding, arithmetic: ArithmeticKind) -> LayerEvaluator {
        LayerEvaluator(self, encoding: encoding, arithmetic: arithmetic)
    }
}

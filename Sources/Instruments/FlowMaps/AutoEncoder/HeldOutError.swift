import Analysis
import FlowMaps
import RandomStreams
import Ranks

/// The mean error of the held-out cases after an epoch, and that of as many cases that are learned.
///
/// Both are measured with the same weights, and by an encoder that sees all values.
struct HeldOutError: Equatable {
    let heldOut: Double
    let training: Double

    /// Grows where a training memorizes its cases [Hinton12, §6].
    var gap: Double { heldOut - training }
}

/// The cases of a training as a layer sees them.
struct LayerCases {
    var training: Matrix
    /// The cases that are measured but not learned; nil for none.
    var heldOut: Matrix?

    /// Collective.
    ///
    /// Measures the held-out cases, and as many training cases; nil without held-out ones.
    func heldOutError(
        _ training: AutoEncoderTraining, _ world: borrowing Communicator
    ) throws -> HeldOutError? {
        guard let heldOut else { return nil }
        // Chosen by key: the first cases of a file may be of one class.
        let order = KeyedPermutation(
            count: self.training.rows, seed: training.plan.seed,
            .monitorCases(layer: training.layer))
        let learned = self.training.rows(
            at: (0..<min(heldOut.rows, self.training.rows)).map { order[$0] })
        let (loss, encoder) = (training.plan.loss, training.encoder)
        return HeldOutError(
            heldOut: try loss.meanError(heldOut, of: encoder) {
                try world.work(parts: $0, width: $1, $2)
            },
            training: try loss.meanError(learned, of: encoder) {
                try world.work(parts: $0, width: $1, $2)
            })
    }

    /// Collective.
    ///
    /// What a finished layer makes of the cases.
    func encoded(
        by encoder: AutoEncoder, _ world: borrowing Communicator
    ) throws -> LayerCases {
        func encode(_ cases: Matrix) throws -> Matrix {
            let parts = RowParts(rows: cases.rows)
            let most = (0..<parts.count).reduce(0) { max($0, parts.rows(of: $1).count) }
            let room = most * encoder.hiddenCount
            let all = try world.work(parts: parts.count, width: room) { part in
                let own = parts.blocks(of: part).flatMap { encoder.encode(cases.rows($0)).elements }
                return own + [Double](repeating: 0, count: room - own.count)
            }
            return Matrix(
                rows: cases.rows, columns: encoder.hiddenCount,
                elements: (0..<parts.count).flatMap { part in
                    let count = parts.rows(of: part).count * encoder.hiddenCount
                    return all[(part * room)..<(part * room + count)]
                })
        }
        return LayerCases(training: try encode(training), heldOut: try heldOut.map(encode))
    }
}

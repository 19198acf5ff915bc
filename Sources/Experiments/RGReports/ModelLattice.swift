import DistributedTraining
import Ising
import RBMCore

/// The lattice whose sites are the visible units of a model's first layer.
struct ModelLattice {
    let rows: Int
    let columns: Int
    /// Whether opposite borders are neighbours: where the model was trained on Ising configurations,
    /// and for spins in a square.
    let isTorus: Bool
    /// K of the Ising model that was trained on; nil for other data.
    let coupling: Double?

    /// Finds the lattice; nil where a case is no rectangle.
    init?(_ model: Model) {
        guard model.imageShape.count == 2 else { return nil }
        (rows, columns) = (model.imageShape[0], model.imageShape[1])
        let source = Self.source(model)
        coupling = source?.coupling.value
        isTorus = source != nil || rows == columns && model.layers[0].visibleUnits == .spin
    }

    /// The Ising model of the stored configuration.
    private static func source(_ model: Model) -> IsingSource? {
        guard let text = model.notes["configuration"],
            let configuration = try? Configuration.load(text: text, file: "configuration"),
            case .ising(let source) = configuration.data.source,
            [source.size, source.size] == model.imageShape
        else { return nil }
        return source
    }

    var description: String { "\(rows)×\(columns) " + (isTorus ? "torus" : "lattice") }
}

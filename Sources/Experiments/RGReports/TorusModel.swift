import DistributedTraining
import Ising
import RBMCore
import Renormalization

/// A model whose visible units of the first layer are the sites of an L×L torus.
struct TorusModel {
    let model: Model
    /// L.
    let size: Int

    /// The first layer.
    var rbm: RBM { model.layers[0] }

    /// Finds the lattice of a model.
    ///
    /// - Parameters:
    ///   - path: For messages.
    ///   - size: L where the user says so; needed where the file tells no shape.
    /// - Throws: `RenormalizationError.model` for a model that is no square lattice.
    init(_ model: Model, _ path: String, size: Int? = nil) throws(RenormalizationError) {
        self.model = model
        let shape = model.imageShape
        let side = shape[shape.count - 1]
        let isSquare = shape.count == 2 && shape[0] == side
        guard isSquare || (shape.count == 1 && size.map { $0 * $0 == side } ?? false) else {
            throw .model(
                "\(path): its cases have the shape \(shape), which is no square lattice"
                    + (shape.count == 1 ? "; if it is one, give its --size" : ""))
        }
        let found = isSquare ? side : size ?? side
        if let size, size != found {
            throw .argument("--size is \(size), but \(path) is of a \(found)×\(found) lattice")
        }
        self.size = found
    }

    /// The coupling at which the model was made, where its file tells: of its training data, or of
    /// a bond machine.
    var coupling: Double? {
        if let text = model.notes[Self.couplingKey] { return Double(text) }
        return ModelLattice(model)?.coupling
    }

    /// The key under which a bond machine's file names its coupling.
    static let couplingKey = "ising_coupling"

    /// The coupling that a user gave, or the model's own.
    ///
    /// - Throws: `RenormalizationError.argument` where neither is known.
    func coupling(given: Double?, _ path: String) throws(RenormalizationError) -> Double {
        guard let coupling = given ?? coupling else {
            throw .argument(
                "\(path) does not say at which coupling it was trained; give --coupling, a number "
                    + "or `critical`")
        }
        return coupling
    }
}

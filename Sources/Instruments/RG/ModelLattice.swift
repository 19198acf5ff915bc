import Configuration
import Datasets
import Ising
import ModelFiles
import RBMCore
import Renormalization

/// The lattice whose sites are the visible units of a model's first layer, row after row.
struct ModelLattice: Equatable {
    let rows: Int
    let columns: Int
    /// Whether opposite borders are neighbours.
    ///
    /// They are if the model stands for an Ising model, and for spins in a square.
    let isTorus: Bool
    /// K of the Ising model that the model was trained on, or that a bond machine represents; nil
    /// for others.
    let coupling: Double?

    /// The key under which a bond machine's file names its coupling.
    static let couplingKey = "ising_coupling"

    var description: String { "\(rows)×\(columns) " + (isTorus ? "torus" : "lattice") }

    /// Finds the lattice; nil if a case is not a rectangle.
    init?(_ model: Model) {
        guard case let shape = Self.shape(model), shape.count == 2 else { return nil }
        self.init(rows: shape[0], columns: shape[1], of: model)
    }

    /// Finds the L×L lattice of a model.
    ///
    /// L² units in one row also count as a square.
    ///
    /// - Parameters:
    ///   - path: The model's file, for messages.
    ///   - size: The required L; nil for any.
    /// - Throws: `RenormalizationError.model` for a model of another shape, `.argument` for another L.
    init(square model: Model, _ path: String, size: Int? = nil) throws(RenormalizationError) {
        let shape = Self.shape(model)
        let units = shape.reduce(1, *)
        let side = Int(Double(units).squareRoot().rounded())
        guard side * side == units, shape.count == 1 || shape == [side, side] else {
            let text = shape.map { "\($0)" }.joined(separator: "×")
            throw .model("\(path): its cases have the shape \(text), which is not a square lattice")
        }
        if let size, size != side {
            throw .argument("--size is \(size), but \(path) is of a \(side)×\(side) lattice")
        }
        self.init(rows: side, columns: side, of: model)
    }

    private init(rows: Int, columns: Int, of model: Model) {
        (self.rows, self.columns) = (rows, columns)
        coupling =
            model.notes[Self.couplingKey].flatMap(Double.init)
            ?? Self.trainingCoupling(model, rows: rows, columns: columns)
        isTorus = coupling != nil || rows == columns && model.layers[0].visibleUnits.isSymmetric
    }

    /// Returns the shape of a case, without a single channel in front.
    private static func shape(_ model: Model) -> [Int] {
        let shape = model.imageShape
        return shape.count == 3 && shape[0] == 1 ? Array(shape[1...]) : shape
    }

    /// The coupling of the stored configuration's Ising model.
    private static func trainingCoupling(_ model: Model, rows: Int, columns: Int) -> Double? {
        guard let text = model.notes["configuration"],
            let configuration = try? RunConfiguration.load(stored: text, file: "configuration"),
            case .ising(let source) = configuration.data.source,
            source.size == rows, source.size == columns
        else { return nil }
        return source.k
    }

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

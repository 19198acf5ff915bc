import DistributedTraining
import RBMCore
import Renormalization

extension Model {
    /// Fails for a model with Gaussian units: what is measured here are machines of two-valued units.
    ///
    /// - Parameter path: For messages.
    /// - Throws: `RenormalizationError.model`.
    func checkTwoValued(_ path: String) throws(RenormalizationError) {
        guard layers[0].visibleUnits == .gaussian else { return }
        throw .model(
            "\(path): its visible units are gaussian; expected bernoulli or spin units, which have "
                + "couplings and blocks")
    }

    /// Returns L where the visible units are those of a square lattice.
    ///
    /// - Parameter path: For messages.
    /// - Throws: `RenormalizationError.model`.
    func latticeSize(_ path: String) throws(RenormalizationError) -> Int {
        let (height, width) = SampleSheet.pictureSize(imageShape)
        guard height == width else {
            let shape = imageShape.map { "\($0)" }.joined(separator: "×")
            throw .model(
                "\(path): its cases have the shape \(shape); expected the sites of a square "
                    + "lattice, L×L")
        }
        return height
    }
}

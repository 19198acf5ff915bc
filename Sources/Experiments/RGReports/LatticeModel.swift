import DistributedTraining
import Renormalization

extension Model {
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

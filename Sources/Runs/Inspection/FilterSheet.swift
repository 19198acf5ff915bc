import ModelFiles
import RBMCore
public import Storage

/// The weights of hidden units as pictures.
///
/// Of each unit of the first layer the weights to all visible units, in the shape of a case; of a
/// unit above, the sum of the pictures of the units below it, each times its weight [Lee09]. Middle
/// gray is zero; white and black are the largest magnitude of that unit's picture, so that weak units
/// are seen as well as strong ones. A case of three colors has
/// the weights of each in its color. Units come by falling norm of their weights. The number of its first
/// unit stands before each row.
public struct FilterSheet: Sendable {
    /// The most units of a sheet.
    public static let limit = 100

    /// The hidden units shown, in the order of the sheet.
    public let units: [Int]

    /// The sheet.
    public let image: PixelImage

    /// Draws a layer of a model.
    ///
    /// - Parameters:
    ///   - layer: Counted from 0.
    ///   - side: The most pixels of a side of the sheet, as far as the pictures allow.
    public init(_ model: ModelInspection, layer: Int = 0, side: Int = 1024) {
        let layers = model.model.layers
        let parameters = layers[layer].parameters
        let norms = hiddenWeightNorms(parameters)
        let order = norms.indices.sorted {
            norms[$0] != norms[$1] ? norms[$0] > norms[$1] : $0 < $1
        }
        units = Array(order.prefix(Self.limit))
        image = PixelImage.sheet(
            of: units.map { unit in
                Self.picture(
                    ofWeights: (0..<parameters.visibleCount).map { parameters[$0, unit] },
                    above: layers[..<layer], shape: model.imageShape)
            }, side: side, namesRows: true, numbers: units)
    }

    /// Draws the weights of one unit.
    ///
    /// - Parameters:
    ///   - weights: To the units of the layer below, or to those of a case.
    ///   - layers: Those between the unit's layer and the cases.
    ///   - shape: That of a case.
    static func picture(
        ofWeights weights: [Float], above layers: some BidirectionalCollection<RBM>, shape: [Int]
    ) -> PixelImage {
        let filter = layers.reversed().reduce([weights]) { $1.combinations(ofHidden: $0) }[0]
        return SampleSheet.picture(pixels(filter), shape: shape)
    }

    /// Bytes from 1 to 255, 128 for zero.
    public static func pixels(_ weights: [Float]) -> [UInt8] {
        let largest = weights.reduce(0) { max($0, $1.magnitude) }
        guard largest > 0 else { return weights.map { _ in 128 } }
        return weights.map { UInt8(128 + ($0 / largest * 127).rounded()) }
    }
}

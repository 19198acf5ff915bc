import RBMCore
public import Storage

/// The weights of hidden units of a first layer as pictures.
///
/// Of each unit the weights to all visible units, in the shape of a case. Middle gray is zero; white
/// and black are the largest magnitude of that unit's weights, so that weak units are seen as well as
/// strong ones. Units come by falling norm of their weights.
public struct FilterSheet: Sendable {
    /// The most units of a sheet.
    public static let limit = 100

    /// The hidden units shown, in the order of the sheet.
    public let units: [Int]

    /// The sheet.
    public let image: GrayImage

    /// Draws the first layer of a model.
    public init(_ model: ModelInspection) {
        let parameters = model.firstLayer.parameters
        let norms = hiddenWeightNorms(parameters)
        let order = norms.indices.sorted {
            norms[$0] != norms[$1] ? norms[$0] > norms[$1] : $0 < $1
        }
        units = Array(order.prefix(Self.limit))
        let (height, width) = SampleSheet.pictureSize(model.imageShape)
        image = GrayImage.sheet(
            of: units.map { unit in
                let weights = (0..<parameters.visibleCount).map { parameters[$0, unit] }
                return GrayImage(width: width, height: height, pixels: Self.pixels(weights))
            })
    }

    /// Bytes from 1 to 255, 128 for zero.
    static func pixels(_ weights: [Float]) -> [UInt8] {
        let largest = weights.reduce(0) { max($0, $1.magnitude) }
        guard largest > 0 else { return weights.map { _ in 128 } }
        return weights.map { UInt8(128 + ($0 / largest * 127).rounded()) }
    }
}

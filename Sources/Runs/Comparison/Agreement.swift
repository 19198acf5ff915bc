/// How far some numbers of one set agree with those of another.
struct Agreement: Sendable, Equatable {
    /// Pearson's correlation; nil where either set does not vary.
    let pearson: Double?
    /// The slope of the line by least squares, of the second set on the first; nil where the first does not
    /// vary.
    let slope: Double?
    /// The root of the mean square difference.
    let rmse: Double

    init(_ a: [Double], _ b: [Double]) {
        precondition(a.count == b.count, "\(a.count) numbers beside \(b.count)")
        let count = Double(max(1, a.count))
        let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
        var (aa, ab, bb, squares) = (0.0, 0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            aa += (x - meanA) * (x - meanA)
            ab += (x - meanA) * (y - meanB)
            bb += (y - meanB) * (y - meanB)
            squares += (x - y) * (x - y)
        }
        pearson = aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil
        slope = aa > 0 ? ab / aa : nil
        rmse = (squares / count).squareRoot()
    }
}

/// How real data were shifted and scaled before they were learned: (x − mean)/deviation, cut at ±10.
public struct Standardization: Sendable, Equatable {
    /// Shape `[visible]`.
    public let means: [Float]
    /// All above zero, shape `[visible]`.
    public let deviations: [Float]

    public init(means: [Float], deviations: [Float]) {
        precondition(
            means.count == deviations.count && deviations.allSatisfy { $0 > 0 },
            "\(means.count) means, \(deviations.count) deviations, all above 0")
        self.means = means
        self.deviations = deviations
    }

    /// How many standard deviations a value may be away from the mean.
    ///
    /// A unit that hardly ever changes has a tiny deviation. Its rare values, divided by this
    /// deviation, would be hundreds, and learning would diverge. Therefore the deviation is raised
    /// until no value of the training cases is cut. Values of other cases are cut. In a unit that
    /// is nearly constant in the training cases they may be hundreds of deviations away, and one
    /// such value would dominate every mean of energies.
    public static let farthest = 10.0

    /// The transformation of data with these moments.
    ///
    /// - Parameters:
    ///   - farthest: The largest distance from the mean of each unit, shape `[visible]`.
    public init(_ moments: VisibleMoments, farthest: [Double]) {
        self.init(
            means: moments.means.map(Float.init),
            deviations: zip(moments.variances, farthest).map { variance, distance in
                let deviation = Float(max(variance.squareRoot(), distance / Self.farthest))
                // A constant unit stays 0 under any deviation.
                return deviation.isNormal ? deviation : 1
            })
    }

    /// Standardizes rows of values in place, shape `[rows, visible]`; NaN stays NaN.
    public func apply(to values: inout [Float], rows: Int) {
        let most = Float(Self.farthest)
        for row in 0..<rows {
            let start = row * means.count
            for i in means.indices {
                let value = (values[start + i] - means[i]) / deviations[i]
                values[start + i] = value > most ? most : (value < -most ? -most : value)
            }
        }
    }

    /// Turns rows of standardized values back to the scale of the data, in place.
    public func undo(on values: inout [Float], rows: Int) {
        for row in 0..<rows {
            let start = row * means.count
            for i in means.indices {
                values[start + i] = values[start + i] * deviations[i] + means[i]
            }
        }
    }
}

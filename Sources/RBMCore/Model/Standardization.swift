/// How real data were shifted and scaled before they were learned: (x − mean)/deviation, cut at ±10.
public struct Standardization: Sendable, Equatable {
    /// Shape `[visible]`.
    public let means: [Float]
    /// All above zero, shape `[visible]`.
    public let deviations: [Float]
    /// What float32 leaves out of the means, shape `[visible]`; nil where it does not matter.
    ///
    /// A column of 10⁶ ± 10⁻³ is shifted in double precision, by a mean that is the sum of both.
    public let rests: [Float]?

    public init(means: [Float], deviations: [Float], rests: [Float]? = nil) {
        self.rests = rests
        precondition(
            rests.map { $0.count == means.count } ?? true,
            "\(means.count) means, \(rests?.count ?? 0) rests")
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
    ///   - keepsRests: Whether the means are wanted in double precision.
    public init(_ moments: VisibleMoments, farthest: [Double], keepsRests: Bool = false) {
        let rests = moments.means.map { Float($0 - Double(Float($0))) }
        let farthest = zip(farthest, moments.means).map { distance, mean in
            Self.isConstant(farthest: distance, mean: mean) ? 0 : distance
        }
        self.init(
            means: moments.means.map(Float.init),
            deviations: zip(moments.variances, farthest).map { variance, distance in
                let deviation =
                    distance == 0
                    ? 0 : Float(max(variance.squareRoot(), distance / Self.farthest))
                // A constant unit stays 0 under any deviation.
                return deviation.isNormal ? deviation : 1
            }, rests: keepsRests ? rests : nil)
    }

    /// Whether a unit is constant: its values are its mean, but for the rounding of a sum.
    private static func isConstant(farthest: Double, mean: Double) -> Bool {
        farthest <= 1e-11 * mean.magnitude
    }

    /// Whether float32 would round values with these moments by more than a thousandth of their
    /// deviation.
    public static func needsRests(_ moments: VisibleMoments, farthest: [Double]) -> Bool {
        moments.means.indices.contains { i in
            let mean = moments.means[i]
            return !isConstant(farthest: farthest[i], mean: mean)
                && mean.magnitude * 0x1p-24 > 1e-3 * moments.variances[i].squareRoot()
        }
    }

    /// Standardizes rows of values in double precision, shape `[rows, visible]`; NaN stays NaN.
    public func applied(to values: [Double]) -> [Float] {
        let most = Float(Self.farthest)
        return values.enumerated().map { place, value in
            let i = place % means.count
            let shifted = value - Double(means[i]) - Double(rests?[i] ?? 0)
            let result = Float(shifted / Double(deviations[i]))
            return result > most ? most : (result < -most ? -most : result)
        }
    }

    /// Standardizes rows of values in place, shape `[rows, visible]`; NaN stays NaN.
    public func apply(to values: inout [Float], rows: Int) {
        let most = Float(Self.farthest)
        for row in 0..<rows {
            let start = row * means.count
            for i in means.indices {
                let value = (values[start + i] - means[i] - (rests?[i] ?? 0)) / deviations[i]
                values[start + i] = value > most ? most : (value < -most ? -most : value)
            }
        }
    }

    /// Turns rows of standardized values back to the scale of the data, in place.
    public func undo(on values: inout [Float], rows: Int) {
        for row in 0..<rows {
            let start = row * means.count
            for i in means.indices {
                // Without a rest there is nothing to add, not even 0 to −0.
                let shift = values[start + i] * deviations[i]
                values[start + i] = (rests.map { shift + $0[i] } ?? shift) + means[i]
            }
        }
    }
}

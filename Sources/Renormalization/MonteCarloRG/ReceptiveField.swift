import RealModule

/// The place that a hidden unit looks at, on a torus of visible units.
public struct ReceptiveField: Sendable, Equatable {
    /// The centre of mass of w² in lattice units, each coordinate in [0, size).
    ///
    /// The site (x, y) has its middle at (x, y). The centre is nil for a unit without weights, and if w²
    /// is spread evenly round the torus.
    public let centre: Centre?

    /// How narrow the field is: 1 for a single site, 0 for an even spread.
    ///
    /// It is the length of the mean of e^{2πi x/size} with weights w², in the direction in which this is
    /// smaller.
    public let concentration: Double

    /// Σw / Σ|w|, which is ±1 if all weights have one sign, and 0 if both signs have the same weight.
    public let alignment: Double

    /// A point of the torus, in lattice units.
    public struct Centre: Sendable, Equatable {
        public let x: Double
        public let y: Double
    }

    /// The concentration below which a centre would consist of rounding errors.
    private static let leastConcentration = 1e-6

    /// Measures a field.
    ///
    /// The coordinates of the sites are taken as angles, and the centre is the angle of their mean: a
    /// torus has no border at which a centre of mass could be cut.
    ///
    /// - Parameter weights: Shape [size, size].
    public init(weights: [Double], size: Int) {
        precondition(weights.count == size * size, "\(weights.count) weights of a size \(size)")
        var (mass, sum, magnitude) = (0.0, 0.0, 0.0)
        var (xCos, xSin, yCos, ySin) = (0.0, 0.0, 0.0, 0.0)
        let angles = (0..<size).map { 2 * Double.pi * Double($0) / Double(size) }
        let (cosines, sines) = (angles.map(Double.cos), angles.map(Double.sin))
        for y in 0..<size {
            for x in 0..<size {
                let weight = weights[y * size + x]
                let square = weight * weight
                mass += square
                sum += weight
                magnitude += abs(weight)
                xCos += square * cosines[x]
                xSin += square * sines[x]
                yCos += square * cosines[y]
                ySin += square * sines[y]
            }
        }
        guard mass > 0 else {
            (centre, concentration, alignment) = (nil, 0, 0)
            return
        }
        let (xLength, yLength) = (
            Double.hypot(xCos, xSin) / mass, Double.hypot(yCos, ySin) / mass
        )
        concentration = min(xLength, yLength)
        alignment = sum / magnitude
        func coordinate(_ cosine: Double, _ sine: Double) -> Double {
            let turn = Double.atan2(y: sine, x: cosine) / (2 * .pi)
            let place = (turn < 0 ? turn + 1 : turn) * Double(size)
            return place < Double(size) ? place : 0
        }
        centre =
            concentration > Self.leastConcentration
            ? Centre(x: coordinate(xCos, xSin), y: coordinate(yCos, ySin)) : nil
    }
}

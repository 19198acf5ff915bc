public import Reports

/// What was compared of two sets of cases, for `wilson compare`.
public struct Comparison: Report, Sendable {
    public let a: String
    public let b: String
    public let casesA: Int
    public let casesB: Int
    public let units: Int
    /// Pearson's correlation of the units' means; nil where they do not vary from unit to unit.
    @OrNull public var meanPearson: Double?
    public let meanRmse: Double
    /// The same of the covariances of all pairs of units.
    @OrNull public var pairPearson: Double?
    /// The slope of B's covariances on A's.
    @OrNull public var pairSlope: Double?
    public let pairRmse: Double
    /// The same of the central third moments of random triples of units; nil without triples.
    @OrNull public var triplePearson: Double?
    @OrNull public var tripleRmse: Double?
    public let triples: Int
    /// The same between two halves of A, which differ by chance alone.
    public let halves: Halves?
    /// The largest eigenvalues of A's covariance, in falling order; nil for more units than are decomposed.
    @OrNull public var spectrumA: [Double]?
    @OrNull public var spectrumB: [Double]?
    /// B's variance along the directions of A's eigenvalues.
    @OrNull public var varianceAlongA: [Double]?
    /// Adversarial accuracy against the training cases (A without them): ½ where nobody tells them apart.
    @OrNull public var aatsTrain: Double?
    /// The same against test cases; nil without them.
    @OrNull public var aatsTest: Double?
    /// `aatsTest` − `aatsTrain`: above 0 where samples lie nearer to what was learned.
    @OrNull public var privacyLoss: Double?
    /// The median distance from a training case to the nearest other one.
    @OrNull public var nearestTrainTrain: Double?
    @OrNull public var nearestSampleSample: Double?
    @OrNull public var nearestSampleTrain: Double?
    /// How many cases of each set their neighbours were sought in.
    public let neighbours: Int
    @NotEncoded var heading: [String]

    /// What two halves of A reach.
    public struct Halves: Sendable, Encodable {
        @OrNull public var meanPearson: Double?
        public let meanRmse: Double
        @OrNull public var pairPearson: Double?
        @OrNull public var pairSlope: Double?
        public let pairRmse: Double
        @OrNull public var triplePearson: Double?
    }

    public var table: Table {
        func text(_ value: Double?, _ places: Int = 4) -> String {
            decimal(value, places)
        }
        var table = Table()
        table.lines(heading)
        table.line()
        table.columns("", "A and B", "halves of A")
        table.row("means: Pearson", text(meanPearson), text(halves?.meanPearson))
        table.row("  root mean square difference", text(meanRmse), text(halves?.meanRmse))
        table.row("pair covariances: Pearson", text(pairPearson), text(halves?.pairPearson))
        table.row("  slope of B on A", text(pairSlope), text(halves?.pairSlope))
        table.row("  root mean square difference", text(pairRmse, 5), text(halves?.pairRmse, 5))
        table.row(
            "\(triples) third moments: Pearson", text(triplePearson),
            text(halves?.triplePearson))
        if let spectrumA, let spectrumB, let varianceAlongA {
            table.line()
            table.columns("principal directions", "A", "B", "B along A's")
            for (number, value) in spectrumA.prefix(5).enumerated() {
                table.row(
                    "  \(number + 1)", text(value), text(spectrumB[number]),
                    text(varianceAlongA[number]))
            }
        }
        table.line()
        table.columns("nearest neighbours of \(neighbours) cases", .right())
        table.row("  adversarial accuracy, training", text(aatsTrain))
        if let aatsTest { table.row("  adversarial accuracy, test", text(aatsTest)) }
        if let privacyLoss { table.row("  privacy loss", text(privacyLoss)) }
        table.row("  median distance, training to training", text(nearestTrainTrain))
        table.row("  sample to sample", text(nearestSampleSample))
        table.row("  sample to training", text(nearestSampleTrain))
        return table
    }
}

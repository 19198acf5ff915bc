import Analysis
import FlowMaps
import Foundation
public import Ranks
public import Reports
import Runs
import Storage

/// Drives a sandpile and measures its avalanches, for `wilson sandpile`.
public struct SandpileRun {
    private let size: Int
    private let grains: Int
    private let seed: UInt64
    private let identity: String?
    private let picture: String?

    /// The largest L of the command: an avalanche topples the whole lattice many times.
    public static let sizes = 2...1024
    /// The most grains.
    public static let grains = 1...1_000_000_000_000

    /// - Parameters:
    ///   - identity: The picture of the identity element to write, if any.
    ///   - picture: The SVG file of the distribution of sizes to write, if any.
    public init(size: Int, grains: Int, seed: UInt64, identity: String?, picture: String?) {
        self.picture = picture
        self.size = size
        self.grains = grains
        self.seed = seed
        self.identity = identity
    }

    /// Collective.
    ///
    /// Lets the grains fall, on a share of the piles on each rank; returns nil on all ranks but rank 0.
    ///
    /// - Parameter progress: Is told the share of this rank's grains that fell.
    public func run(
        _ world: borrowing Communicator, progress: (Double) -> Void
    ) throws -> SandpileReport? {
        for path in [identity, picture].compactMap({ $0 }) { try world.checkWritable(path) }
        let runs = SandpileRuns(size: size, grains: grains, seed: seed)
        var sums = runs.sums
        let start = ContinuousClock.now
        runs.run(world.share(of: runs.piles), into: &sums, report: progress)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        // A rank without a pile adds zero.
        let toppled = sums.topplings
        var rate = [toppled > 0 ? Double(toppled) / (seconds * 1e6) : 0]
        try world.sum(&rate)
        var values = sums.values
        try world.sum(&values)
        sums.replace(values: values)
        if let identity {
            try world.together {
                guard world.rank == 0 else { return }
                try Self.picture(size: size).writePNG(to: identity)
            }
        }
        let report = SandpileReport(runs, sums, megaTopplings: rate[0], identity: identity)
        try world.write(report.plot, to: picture)
        return world.rank == 0 ? report : nil
    }

    /// The identity element: white sites have three grains, black ones none.
    private static func picture(size: Int) -> PixelImage {
        let image = PixelImage(
            width: size, height: size,
            pixels: RecurrentState.identity(size: size).map { UInt8(85 * $0) })
        return .sheet(of: [image], margin: 0)
    }
}

/// What avalanches of a sandpile are like, beside what is known exactly.
public struct SandpileReport: Report, Sendable {
    let size: Int
    /// The grains that fell.
    let grains: Int
    let meanTopplings: Double
    let meanTopplingsError: Double
    /// The exact mean number of topplings a grain.
    let exact: Double
    /// ⟨s²⟩ of the topplings.
    let meanSquare: Double
    let meanSquareError: Double
    /// Sites that topple, a grain.
    let meanArea: Double
    let meanAreaError: Double
    /// Waves, a grain.
    let meanDuration: Double
    let meanDurationError: Double
    /// Shares of the inner sites with 0 to 3 grains.
    let heights: [Double]
    let heightErrors: [Double]
    /// The same in an infinite lattice.
    let bulkHeights: [Double]
    /// The exponent of the sizes within the bounds.
    @OrNull var exponent: Double?
    @OrNull var exponentError: Double?
    let exponentBounds: [Int]
    /// Avalanches by size: bins from each size to below its double.
    let distribution: [Bin]
    /// ln det Δ.
    let logRecurrentStates: Double
    /// Topplings a second of all ranks together, in millions.
    let megaTopplingsPerSecond: Double

    @NotEncoded private var piles: Int
    @NotEncoded private var identity: String?

    /// Avalanches of similar sizes.
    struct Bin: Encodable, Sendable {
        let size: Int
        let share: Double
        let error: Double
    }

    init(_ runs: SandpileRuns, _ sums: AvalancheSums, megaTopplings: Double, identity: String?) {
        size = runs.size
        grains = runs.grains * runs.piles
        piles = runs.piles
        (meanTopplings, meanTopplingsError) = sums.meanTopplings.pair
        exact = SandpileTheory.meanTopplings(size: size)
        (meanSquare, meanSquareError) = sums.meanSquare.pair
        (meanArea, meanAreaError) = sums.meanArea.pair
        (meanDuration, meanDurationError) = sums.meanDuration.pair
        heights = sums.heights.map(\.value)
        heightErrors = sums.heights.map(\.error)
        bulkHeights = SandpileTheory.bulkHeights
        let exponent = sums.exponent
        self.exponent = exponent.value.isFinite ? exponent.value : nil
        exponentError = exponent.error.isFinite ? exponent.error : nil
        exponentBounds = [sums.fitted.lowerBound, sums.fitted.upperBound]
        distribution = sums.distribution.map {
            Bin(size: $0.size, share: $0.share.value, error: $0.share.error)
        }
        logRecurrentStates = SandpileTheory.logRecurrentStates(size: size)
        megaTopplingsPerSecond = megaTopplings
        self.identity = identity
    }

    /// The density of sizes in bins of doubling width, and the fitted power between its bounds.
    var plot: Plot {
        let bins = distribution.map { bin -> (x: Double, y: Double, error: Double) in
            let width = Double(bin.size)
            // Of the sizes from s to 2s − 1 the geometric mean.
            return (width * 2.0.squareRoot(), bin.share / width, bin.error / width)
        }
        var series: [Plot.Series] = [.points("\(grains) grains", bins)]
        let within = bins.filter {
            $0.x >= Double(exponentBounds[0]) && $0.x <= Double(exponentBounds[1])
        }
        if let exponent, let middle = within.dropFirst(within.count / 2).first {
            series.append(
                .curve(
                    "s^−\(decimal(exponent, 3))",
                    exponentBounds.map {
                        (Double($0), middle.y * pow(Double($0) / middle.x, -exponent))
                    }))
        }
        return Plot(
            "density of topplings s a grain, \(size)×\(size) sites", horizontal: "s",
            isLogarithmic: true, series)
    }

    public var table: Table {
        var table = Table(
            "sandpile on \(size)×\(size) sites: \(grains) grain\(grains == 1 ? "" : "s") on "
                + (piles == 1 ? "one pile that starts" : "\(piles) piles that start")
                + " in equilibrium")
        table.columns("", "measured", "exact")
        table.row(
            "topplings a grain", estimateText(meanTopplings, meanTopplingsError, 4),
            decimal(exact, 6))
        for (number, height) in heights.enumerated() {
            table.row(
                "sites with \(number) grain\(number == 1 ? "" : "s")",
                estimateText(height, heightErrors[number], 5), decimal(bulkHeights[number], 7))
        }
        table.columns("", .right())
        table.row("sites a grain makes topple", estimateText(meanArea, meanAreaError, 3))
        table.row("waves a grain sets off", estimateText(meanDuration, meanDurationError, 3))
        table.row("topplings squared", estimateText(meanSquare, meanSquareError, 0))
        table.row("ln of the number of recurrent states", decimal(logRecurrentStates, 6))
        if let exponent {
            table.row(
                "exponent of sizes \(exponentBounds[0]) to \(exponentBounds[1])",
                estimateText(exponent, exponentError ?? .nan, 4))
        }
        table.line()
        table.columns(.right("topplings"), .right("share of grains"))
        for bin in distribution {
            table.row(
                bin.size == 1 ? "1" : "\(bin.size)–\(2 * bin.size - 1)",
                "\(scientific(bin.share, 3)) ± "
                    + (bin.error.isNaN ? "–" : scientific(bin.error)))
        }
        table.line(
            "Heights are those of sites farther than L/4 from the rim; the exact ones are of an "
                + "infinite lattice.")
        table.line(
            "The literature does not agree on the exponent of sizes: 0.98 to 1.29, and no simple "
                + "scaling.")
        if piles == 1 { table.line("One pile alone tells no errors; two grains make two piles.") }
        table.line("\(decimal(megaTopplingsPerSecond, 1)) million topplings a second")
        if let identity { table.line("identity element written to \(identity)") }
        return table
    }
}

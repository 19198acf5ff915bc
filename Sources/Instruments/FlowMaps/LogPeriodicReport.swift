import FlowMaps
public import Reports

/// The log-periodic law of a series, and what it is worth.
public struct LogPeriodicReport: Report, Sendable {
    let file: String
    let points: Int
    /// t_c, in the file's unit of time: days from 2000-01-01 for dates.
    let criticalTime: Double
    /// t_c as a date, where the file has dates.
    @OrNull var criticalDate: String?
    /// m.
    let exponent: Double
    /// ω.
    let angularFrequency: Double
    /// A, B, C₁ and C₂ of ln p.
    let linear: [Double]
    /// The root mean square of what the law leaves of ln p.
    let residual: Double
    /// The share of the squares of ln p about its mean that the law leaves.
    let residualShare: Double
    /// The conditions of a bubble that the law meets, and those that it does not.
    let filtersPassed: [String]
    let filtersFailed: [String]
    /// Where the profile likelihood of t_c is above e^(−1.92) of its largest; absent without residuals.
    @OrNull var criticalTimeLikely: [Double]?
    /// Whether that interval ends only where the search does.
    let criticalTimeLikelyIsOpen: Bool
    /// The 5th and 95th percentile over resampled series; absent without them.
    @OrNull var criticalTimeBand: [Double]?
    @OrNull var exponentBand: [Double]?
    @OrNull var angularFrequencyBand: [Double]?
    let resamples: Int
    /// Neighbouring residuals that are drawn together.
    let resampleBlock: Int
    let walks: Int
    /// The share of random walks of the same steps that leave as little of themselves; absent without walks.
    @OrNull var nullShare: Double?

    @NotEncoded private var areDates: Bool
    @NotEncoded private var lastTime: Double
    @NotEncoded private var picture: String?

    init(
        _ series: PriceSeries, path: String, fit: LogPeriodicFit, best: LogPeriodicFit.Result,
        profile: LogPeriodicRun.Profile, resampled: [LogPeriodicLaw], walkShares: [Double],
        blockLength: Int, picture: String?
    ) {
        let law = best.law
        file = path
        points = series.times.count
        criticalTime = law.criticalTime
        criticalDate = series.areDates ? PriceSeries.date(law.criticalTime) : nil
        exponent = law.exponent
        angularFrequency = law.angularFrequency
        linear = (0..<4).map { law.linear[$0] }
        residual = (best.squares / Double(points)).squareRoot()
        let residualShare = best.squares / fit.totalSquares
        self.residualShare = residualShare
        filtersPassed = law.passed.map(\.rawValue)
        filtersFailed = LogPeriodicLaw.Filter.allCases.filter { !law.passed.contains($0) }
            .map(\.rawValue)
        criticalTimeLikely = profile.interval.map { [$0.lowerBound, $0.upperBound] }
        criticalTimeLikelyIsOpen = profile.isOpen
        criticalTimeBand = Self.band(resampled.map(\.criticalTime))
        exponentBand = Self.band(resampled.map(\.exponent))
        angularFrequencyBand = Self.band(resampled.map(\.angularFrequency))
        resamples = resampled.count
        resampleBlock = blockLength
        walks = walkShares.count
        nullShare =
            walkShares.isEmpty
            ? nil
            : Double(walkShares.count { $0 <= residualShare }) / Double(walkShares.count)
        areDates = series.areDates
        lastTime = series.times[series.times.count - 1]
        self.picture = picture
    }

    /// The 5th and 95th percentile of some numbers; nil of fewer than 20.
    static func band(_ values: [Double]) -> [Double]? {
        guard values.count >= 20 else { return nil }
        let sorted = values.sorted()
        return [0.05, 0.95].map { sorted[Int(($0 * Double(sorted.count - 1)).rounded())] }
    }

    private func time(_ value: Double) -> String {
        areDates ? PriceSeries.date(value) : decimal(value, 4)
    }

    private func text(_ band: [Double]?, _ digits: Int) -> String {
        band.map { "\(decimal($0[0], digits)) to \(decimal($0[1], digits))" } ?? ""
    }

    public var table: Table {
        var table = Table(
            "\(file): \(points) prices up to \(time(lastTime)), ln p = A + Bτ^m + Cτ^m "
                + "cos(ω ln τ − φ)")
        table.columns("", "best", .right("90 % of resamples"))
        table.row(
            "t_c", time(criticalTime),
            criticalTimeBand.map { "\(time($0[0])) to \(time($0[1]))" } ?? "")
        table.row("m", decimal(exponent, 4), text(exponentBand, 4))
        table.row("ω", decimal(angularFrequency, 4), text(angularFrequencyBand, 4))
        table.columns("", .right())
        table.row("residual, root mean square", decimal(residual, 6))
        table.row("share of the squares that is left", decimal(residualShare, 5))
        if let likely = criticalTimeLikely {
            table.row(
                "t_c by its profile likelihood",
                "\(time(likely[0])) to \(time(likely[1]))"
                    + (criticalTimeLikelyIsOpen ? " and beyond" : ""))
        }
        table.row(
            "conditions of a bubble",
            filtersFailed.isEmpty ? "all met" : "not met: \(filtersFailed.joined(separator: ", "))")
        if let nullShare {
            table.line(
                "Of \(walks) random walks with the same steps, \(decimal(100 * nullShare, 1)) % are "
                    + "fitted as well: "
                    + (nullShare > 0.05
                        ? "the fit says nothing about a crash." : "the fit is better than chance."))
        }
        table.line(
            "The law is a description: that it fits does not say that it foretells. Bands hold if the "
                + "law is right and what it leaves is stationary.")
        if let picture { table.line("picture written to \(picture)") }
        return table
    }
}

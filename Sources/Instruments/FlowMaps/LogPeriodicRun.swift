import FlowMaps
import Foundation
public import Ranks
import Runs
import Storage

/// Fits the log-periodic law to a series, for `wilson rg log-periodic`.
public struct LogPeriodicRun {
    private let path: String
    private let column: String?
    private let walks: Int
    private let resamples: Int
    private let seed: UInt64
    private let picture: String?

    /// Starts that are refined, for the series and for each walk alike.
    private static let refinements = 24

    /// - Parameters:
    ///   - column: The column of the prices; nil where there is one.
    ///   - walks: The random walks of the null test.
    ///   - resamples: The series whose laws make the bands.
    ///   - picture: The SVG file to write, if any.
    public init(
        path: String, column: String?, walks: Int, resamples: Int, seed: UInt64, picture: String?
    ) {
        self.path = path
        self.column = column
        self.walks = walks
        self.resamples = resamples
        self.seed = seed
        self.picture = picture
    }

    /// Collective.
    ///
    /// Searches on all ranks; returns nil on all but rank 0.
    ///
    /// - Parameter progress: Is told what goes on, with the share that is done.
    public func run(
        _ world: borrowing Communicator, progress: (String, Double) -> Void
    ) throws -> LogPeriodicReport? {
        if let picture { try world.checkWritable(picture) }
        let bytes = try world.broadcast(
            try world.together { world.rank == 0 ? try readBytes(of: path) : [] })
        let series = try world.together {
            try PriceSeries(bytes, path: path, column: column)
        }
        let values = series.prices.map { log($0) }
        let fit = LogPeriodicFit(times: series.times, values: values)

        progress("starts", 0)
        let squares = try world.collect(LogPeriodicFit.starts) { fit.squares(ofStarts: $0) }
        let promising = LogPeriodicFit.promising(squares, Self.refinements)
        let best = LogPeriodicFit.best(
            try results(of: promising.count, world) { fit.refined(start: promising[$0]) })

        // The profile goes outward from the best law on both sides.
        let first = series.times[0]
        let last = series.times[series.times.count - 1]
        let profile = Profile(fit, best: best, first: first, last: last)

        let draws = LogPeriodicDraws(fit, values: values, law: best.law, seed: seed)
        let resampled = try results(of: resamples, world) {
            progress("resamples", Double($0 + 1) / Double(resamples))
            return draws.resampled($0, near: best.law)
        }.map(\.law)
        let shares = try world.collect(walks) { share in
            share.map {
                progress(
                    "walks", Double($0 - share.lowerBound + 1) / Double(max(1, share.count)))
                return draws.residualShareOfWalk($0, refinements: Self.refinements)
            }
        }
        guard world.rank == 0 else {
            try world.together {}
            return nil
        }
        let report = LogPeriodicReport(
            series, path: path, fit: fit, best: best, profile: profile, resampled: resampled,
            walkShares: shares, blockLength: draws.blockLength, picture: picture)
        try world.together {
            guard let picture else { return }
            try AtomicFile.write(
                LogPeriodicPicture(series, law: best.law, resampled: resampled).text, to: picture)
        }
        return report
    }

    /// Collective.
    ///
    /// Brings together fits of which each rank computes some.
    private func results(
        of count: Int, _ world: borrowing Communicator, _ fit: (Int) -> LogPeriodicFit.Result
    ) throws -> [LogPeriodicFit.Result] {
        let share = world.share(of: count)
        let numbers = try world.collect(
            8 * count, share: 8 * share.lowerBound..<8 * share.upperBound
        ) { _ in
            share.flatMap { number in
                let result = fit(number)
                let law = result.law
                return [result.squares, law.criticalTime, law.exponent, law.angularFrequency]
                    + (0..<4).map { law.linear[$0] }
            }
        }
        return (0..<count).map { number in
            let part = Array(numbers[8 * number..<8 * number + 8])
            return LogPeriodicFit.Result(
                law: LogPeriodicLaw(
                    criticalTime: part[1], exponent: part[2], angularFrequency: part[3],
                    linear: SIMD4(part[4], part[5], part[6], part[7])), squares: part[0])
        }
    }

    /// How the best fit worsens as the critical time is held elsewhere.
    struct Profile {
        let times: [Double]
        /// The logarithm of the likelihood relative to the best, for normal residuals.
        let logLikelihoods: [Double]

        init(
            _ fit: LogPeriodicFit, best: LogPeriodicFit.Result, first: Double, last: Double
        ) {
            let span = last - first
            let points = 60
            let range = fit.bounds.criticalTime
            let grid = (0...points).map { number in
                let share = Double(number) / Double(points)
                return first + span
                    * (range.lowerBound + (range.upperBound - range.lowerBound) * share * share)
            }
            var found = [Double](repeating: .infinity, count: grid.count)
            let right = grid.firstIndex { $0 >= best.law.criticalTime } ?? grid.count
            for order in [Array(right..<grid.count), (0..<right).reversed()] {
                var near = best.law
                for place in order {
                    let result = fit.best(criticalTime: grid[place], near: near)
                    found[place] = result.squares
                    near = result.law
                }
            }
            times = grid
            // Neighbouring residuals depend on each other, and count for fewer.
            let residuals = fit.residuals(best.law)
            let lagged = zip(residuals, residuals.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
            let all = residuals.reduce(0) { $0 + $1 * $1 }
            let correlation = all > 0 ? min(max(lagged / all, 0), 0.999) : 0
            let effective = Double(residuals.count) * (1 - correlation) / (1 + correlation)
            logLikelihoods = found.map {
                best.squares > 0 ? -0.5 * effective * log($0 / best.squares) : -.infinity
            }
        }

        /// The times whose likelihood is at least e^(−1.92) of the best: 95 % for one parameter.
        var interval: ClosedRange<Double>? {
            let inside = times.indices.filter { logLikelihoods[$0] > -1.92 }
            guard let first = inside.first, let last = inside.last else { return nil }
            return times[first]...times[last]
        }

        /// Whether the interval ends where the search does.
        var isOpen: Bool { (logLikelihoods.last ?? 0) > -1.92 }
    }
}

import Analysis
import RandomStreams

/// Series that are drawn to judge a fit: resamples of what it leaves, and walks that follow no law.
public struct LogPeriodicDraws: Sendable {
    private let fit: LogPeriodicFit
    private let values: [Double]
    private let fitted: [Double]
    private let residuals: [Double]
    private let changes: [Double]
    private let seed: UInt64
    /// Residuals of as many neighbours are drawn together, since they depend on each other.
    public let blockLength: Int

    /// - Parameters:
    ///   - values: The series that `fit` was made of.
    ///   - law: Its best law.
    ///   - seed: Names the random numbers.
    public init(
        _ fit: LogPeriodicFit, values: [Double], law: LogPeriodicLaw, seed: UInt64
    ) {
        self.fit = fit
        self.values = values
        self.seed = seed
        let residuals = fit.residuals(law)
        self.residuals = residuals
        fitted = zip(values, residuals).map { $0 - $1 }
        changes = zip(values.dropFirst(), values).map { $0 - $1 }
        let largest = residuals.reduce(0) { max($0, $1.magnitude) }
        let whole = residuals.map { largest > 0 ? Int(($0 / largest * 0x1p20).rounded()) : 0 }
        let most = max(1, values.count / 4)
        let time = Autocorrelation.integratedTime(of: whole)
        // Independent residuals have the time ½, and are drawn one by one.
        blockLength = time.map { min(most, max(1, Int(4 * $0 - 1))) } ?? most
    }

    /// Fits a series whose residuals are drawn in blocks from those of the fit.
    ///
    /// - Parameter number: The number of the draw; below 2³².
    public func resampled(_ number: Int, near law: LogPeriodicLaw) -> LogPeriodicFit.Result {
        var words = WordSequence(seed: seed, .logPeriodic(.residuals), row: number)
        var drawn: [Double] = []
        let count = residuals.count
        while drawn.count < count {
            let first = words.next(below: count - blockLength + 1)
            drawn += residuals[first..<first + blockLength]
        }
        let mean = drawn.prefix(count).reduce(0, +) / Double(count)
        let series = fit.with(values: zip(fitted, drawn).map { $0 + $1 - mean })
        return series.refined(law)
    }

    /// Returns what the best law leaves of a random walk, as a share of the walk's own squares.
    ///
    /// The walk's steps are drawn from those of the series, so that both have one drift and one volatility.
    ///
    /// - Parameter number: The number of the walk; below 2³².
    public func residualShareOfWalk(_ number: Int, refinements: Int) -> Double {
        var words = WordSequence(seed: seed, .logPeriodic(.walks), row: number)
        var place = values[0]
        var walk = [place]
        for _ in changes {
            place += changes[words.next(below: changes.count)]
            walk.append(place)
        }
        let series = fit.with(values: walk)
        return series.best(refinements: refinements).squares / series.totalSquares
    }
}

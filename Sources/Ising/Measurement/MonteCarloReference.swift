public import Analysis

/// Measures what has no closed form on a finite lattice, in long runs.
public enum MonteCarloReference {
    /// The sizes that take a reasonable time and memory.
    public static let sizes = 2...128

    /// Returns ⟨|Σ s|⟩ / N on the L×L torus: exact up to L = 5, and from samples beyond.
    ///
    /// Draws configurations until the error is small enough, at most 2²² of them. At L = 8 and the
    /// critical coupling this takes less than a second with the default error.
    ///
    /// - Parameters:
    ///   - size: L, 2 to 128.
    ///   - coupling: K, finite; beyond L = 5 it may be negative if L is even.
    ///   - seed: Names the random numbers; the result depends on nothing else.
    ///   - relativeError: The standard error to reach, relative to the mean.
    /// - Throws: `IsingError`.
    public static func absoluteMagnetization(
        size: Int, coupling: Double, seed: UInt64, relativeError: Double = 5e-4
    ) throws(IsingError) -> Estimate {
        guard sizes.contains(size) else {
            throw .size(size, allowed: sizes, for: "the Monte Carlo reference")
        }
        guard relativeError > 0 else { throw .accuracy(relativeError) }
        if DensityOfStates.sizes.contains(size) {
            let states = try DensityOfStates(size: size)
            return Estimate(exact: try states.absoluteMagnetization(coupling: coupling))
        }
        let sampler = try IsingSampler(size: size, coupling: coupling, seed: seed)
        let batch = 1024
        let total = 4096 * batch
        var sums = try ObservableSums(
            size: size, total: total, blockLength: sampler.plan.samplesPerReplica)
        var bytes = [UInt8](repeating: 0, count: batch * size * size)
        var drawn = 0
        var target = 8 * batch
        while true {
            while drawn < target {
                var span = bytes.mutableSpan
                sampler.draw(drawn..<drawn + batch, into: &span)
                try sums.add(bytes.span, first: drawn)
                drawn += batch
            }
            let estimate = sums.absoluteMagnetizationPerSite
            let ratio = estimate.error / (relativeError * estimate.value)
            if ratio <= 1 || drawn == total { return estimate }
            // The error falls as the root of the number of configurations. The first errors are
            // rough, so that the number grows at most eightfold at once.
            let needed = Double(drawn) * min(8, 1.1 * ratio * ratio)
            target = min(total, (Int(needed) / batch + 1) * batch)
        }
    }
}

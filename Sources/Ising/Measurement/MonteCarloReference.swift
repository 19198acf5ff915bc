public import Analysis

/// Long runs for what has no closed form on a finite lattice.
public enum MonteCarloReference {
    /// Sizes that are done in reasonable time and memory.
    public static let sizes = 2...128

    /// Returns ⟨|Σ s|⟩ / N on the L×L torus: exact with error 0 up to L = 5, by sampling beyond.
    ///
    /// Configurations are drawn until the error is small enough, at most 2²². At L = 8 and the
    /// critical coupling the default takes less than a second.
    ///
    /// - Parameters:
    ///   - size: L, 2 to 128.
    ///   - coupling: K, finite; negative only for even L beyond 5.
    ///   - relativeError: standard error to reach, relative to the mean.
    ///   - seed: names the random numbers; the result depends on nothing else.
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
            // The error falls as the root of the number; at most eight times as many at once,
            // since the first errors are rough.
            let needed = Double(drawn) * min(8, 1.1 * ratio * ratio)
            target = min(total, (Int(needed) / batch + 1) * batch)
        }
    }
}

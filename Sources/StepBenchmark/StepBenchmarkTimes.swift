#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Returns the seconds for which this thread has had a core, to the nanosecond.
func threadSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Returns the median of some values; 0 without values.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.indices.last else { return 0 }
    return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
}

/// The seconds of the products of a step, by purpose.
struct ProductTimes: Equatable {
    /// Products upward and downward.
    var products: Double
    /// The product Σ v hᵀ.
    var statistics: Double

    var total: Double { products + statistics }
}

extension [ProductTimes] {
    /// The medians of the times for each purpose.
    var medians: ProductTimes {
        ProductTimes(
            products: median(map(\.products)), statistics: median(map(\.statistics)))
    }
}

/// The least times that the parts of a step could take on one rank, in seconds per step.
struct StepBenchmarkLimitTimes: Equatable {
    /// The float32 products by oneDNN.
    var oneDNN = ProductTimes(products: 0, statistics: 0)
    /// The float32 products by OpenBLAS.
    var openBLAS = ProductTimes(products: 0, statistics: 0)
    /// The integer products; 0 in float32.
    var bytes = ProductTimes(products: 0, statistics: 0)
    /// Drawing the random words of the visible states, and of the hidden ones.
    var visibleWords = 0.0
    var hiddenWords = 0.0
    /// Moving what an update must read and write.
    var update = 0.0
}

/// What one rank measured, or the mean over ranks; times are in seconds per step.
struct StepBenchmarkMeasures: Equatable {
    /// The median time of a step.
    var step: Double
    var fastestStep: Double
    var slowestStep: Double
    /// The median times of the phases, in the order of `StepBenchmarkWatch.phases`.
    var phases: [Double]
    /// The part of the steps' time for which the rank had its core; less than 1 if it waited for
    /// other programs.
    var processorShare: Double
    /// The most memory that the training came to hold, in bytes; below 0 if the system does not
    /// tell.
    var memory: Double
    /// The median time of exchange with other ranks and of waiting for them.
    var exchange = 0.0
    /// The bytes that the rank gave into exchanges, per step.
    var exchangedBytes = 0.0
    var limits: StepBenchmarkLimitTimes
}

import ArgumentParser

/// Checks how many configurations are asked for: they are numbered in 32 bits.
///
/// - Parameter least: 2 where an error is to be told.
func checkSamples(_ samples: Int, least: Int) throws {
    guard samples < least || samples >= 1 << 32 else { return }
    throw ValidationError("--samples is \(samples); expected \(least) to 2³² − 1")
}

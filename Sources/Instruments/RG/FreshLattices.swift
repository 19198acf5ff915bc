import Configuration
import Ising

extension IsingSampler {
    /// Plans the drawing of configurations on which models are measured: none of those that a training
    /// with this seed learned from.
    ///
    /// `data.ising` draws its cases by the same sampler under the seed of training. Under that seed as
    /// it is, a model would be measured on what it knows by heart, and its divergence from the Ising
    /// model come out too small, even below zero. All that measures models therefore draws here,
    /// under the complement of the seed.
    static func fresh(
        size: Int, coupling: Double, seed: UInt64
    ) throws(IsingError) -> IsingSampler {
        try IsingSampler(size: size, coupling: coupling, seed: ~seed)
    }
}

import Configuration
import Ising

extension IsingSampler {
    /// Plans the drawing of configurations on which models are measured, none of which a training
    /// with this seed has seen.
    ///
    /// `data.ising` draws the training cases by the same sampler, with the seed of the training.
    /// With that seed a model would be measured on cases that it knows by heart. Its divergence
    /// from the Ising model would then come out too small, even below zero. Therefore every
    /// measurement of a model draws here, with the complement of the seed.
    static func fresh(
        size: Int, coupling: Double, seed: UInt64
    ) throws(IsingError) -> IsingSampler {
        try IsingSampler(size: size, coupling: coupling, seed: ~seed)
    }
}

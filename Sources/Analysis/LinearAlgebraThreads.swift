import COpenBLAS

/// Sets how many threads OpenBLAS uses for all later products and decompositions.
public func setLinearAlgebraThreads(_ count: Int) { openblas_set_num_threads(Int32(count)) }

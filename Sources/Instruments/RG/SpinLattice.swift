/// Spins of a torus: bytes 0/1, shape [size, size].
struct SpinLattice {
    let spins: [UInt8]
    let size: Int
}

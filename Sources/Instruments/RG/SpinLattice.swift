/// The spins of a square torus: bytes 0 or 1, shape `[size, size]`.
struct SpinLattice {
    let spins: [UInt8]
    let size: Int
}

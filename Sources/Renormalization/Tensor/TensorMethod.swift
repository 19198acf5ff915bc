/// How two sites of a lattice of tensors become one.
public enum TensorMethod: String, CaseIterable, Sendable {
    /// Cuts sites along diagonals: Levin and Nave's tensor renormalization group [LevinNave07].
    case trg
    /// Does the same with weights on the bonds, which stand for the environment [Adachi22].
    case btrg
    /// Merges two neighbours, and projects their bonds by a higher-order SVD [Xie12].
    case hotrg

    /// The bond dimensions that can be used; LAPACK counts the workspace of a larger one in too few bits.
    public static let bondDimensions = 2...200

    /// Returns an upper bound on the bytes that a step takes.
    ///
    /// Cutting sites takes elements of order χ⁴: the tensor, its two blocks with their factors, and
    /// LAPACK's workspace. Merging them takes elements of order χ⁵: the pair of sites with one bond
    /// projected, and its blocks.
    public func bytes(bondDimension: Int) -> Double {
        let chi = Double(bondDimension)
        let fourth = chi * chi * chi * chi
        let elements =
            switch self {
            case .trg, .btrg: 6 * fourth
            case .hotrg: 3 * chi * fourth + 6 * fourth
            }
        return 8 * elements + 64 * 0x1p20
    }
}

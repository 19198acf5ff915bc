/// How two sites of a lattice of tensors become one.
public enum TensorMethod: String, CaseIterable, Sendable {
    /// Levin and Nave's tensor renormalization group: cut sites along diagonals [LevinNave07].
    case trg
    /// The same with weights on the bonds, which stand for the environment [Adachi22].
    case btrg
    /// Merge two neighbours, and project their bonds by a higher-order SVD [Xie12].
    case hotrg

    /// Bond dimensions: LAPACK counts the workspace of a larger one in too few bits.
    public static let bondDimensions = 2...200

    /// Returns the bytes that a step takes at most.
    ///
    /// Elements of order χ⁴ where sites are cut (the tensor, its two blocks with their factors and
    /// LAPACK's workspace), of order χ⁵ where they are merged (the pair of sites with one bond
    /// projected, and its blocks).
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

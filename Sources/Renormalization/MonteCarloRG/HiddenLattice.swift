public import RBMCore

/// The hidden units of a layer as the coarse lattice of its visible units, one unit for each 2×2 block.
///
/// Which of its two values a hidden unit calls +1 is a matter of chance. A unit whose weights have a
/// negative sum is therefore reversed, so that every unit points where its block does.
public struct HiddenLattice: Sendable {
    /// The hidden unit of each place of the coarse lattice, row by row.
    public let units: [Int]
    /// Whether the unit of each place is reversed.
    public let reversed: [Bool]
    public let placement: BlockPlacement

    /// Places the hidden units of a layer.
    ///
    /// - Parameters:
    ///   - size: L of the visible lattice, which has L² units row by row.
    ///   - below: The lattice of the layer below, whose hidden units are the visible units here; nil for
    ///     the first layer.
    /// - Returns: The lattice, or nil if the placement is not one-to-one; and the placement.
    public static func place(
        _ rbm: RBM, size: Int, below: HiddenLattice?
    ) -> (lattice: HiddenLattice?, placement: BlockPlacement) {
        precondition(
            rbm.visibleCount == size * size,
            "\(rbm.visibleCount) units on a lattice of size \(size)")
        let fields = (0..<rbm.hiddenCount).map { unit in
            ReceptiveField(
                weights: weights(of: unit, rbm, below: below), size: size)
        }
        let placement = BlockPlacement(fields: fields, size: size)
        guard let units = placement.units else { return (nil, placement) }
        let lattice = HiddenLattice(
            units: units, reversed: units.map { fields[$0].alignment < 0 }, placement: placement)
        return (lattice, placement)
    }

    /// Returns the weights of a hidden unit in the order of the visible lattice.
    public static func weights(of unit: Int, _ rbm: RBM, below: HiddenLattice?) -> [Double] {
        (0..<rbm.visibleCount).map { place in
            guard let below else { return Double(rbm.parameters[place, unit]) }
            let weight = Double(rbm.parameters[below.units[place], unit])
            return below.reversed[place] ? -weight : weight
        }
    }

    /// Returns a sampled hidden layer as a configuration of the coarse lattice.
    ///
    /// - Parameter states: Bytes 0/1 of the hidden units, in the order of the layer.
    public func configuration(_ states: Span<UInt8>) -> [UInt8] {
        units.indices.map { place in
            let state = states[units[place]]
            return reversed[place] ? 1 - state : state
        }
    }
}

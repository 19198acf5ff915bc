/// Counts the states of a tensor's leg by their parity under the flip of all spins.
///
/// The even states come first: of the places 0..<dimension, those below `even` are even. Without a
/// field the model has this symmetry, and a tensor that has it is zero wherever the parities of its
/// legs do not add up to even.
struct Bond: Equatable, Sendable {
    var even: Int
    var odd: Int

    var dimension: Int { even + odd }

    /// 0 of an even state, 1 of an odd one.
    func parity(_ state: Int) -> Int { state < even ? 0 : 1 }
}

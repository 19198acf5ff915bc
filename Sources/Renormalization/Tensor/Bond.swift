/// The numbers of even and odd states of a tensor's leg, under the flip of all spins.
///
/// The even states come first: the places 0..<even are even, and the places even..<dimension are odd.
/// Without a field the model has this symmetry. A tensor that has it is zero wherever the number of odd
/// legs is odd.
struct Bond: Equatable, Sendable {
    var even: Int
    var odd: Int

    var dimension: Int { even + odd }

    /// Returns 0 for an even state and 1 for an odd one.
    func parity(_ state: Int) -> Int { state < even ? 0 : 1 }
}

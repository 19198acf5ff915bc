/// Cases of real numbers that can be had in double precision.
public protocol DoubleCases: CaseSource {
    /// Whether double precision tells more than the bytes of `load`.
    var exceedsFloat32: Bool { get }

    /// Writes the values of cases over what was there.
    ///
    /// - Parameters:
    ///   - cases: Numbers in `0..<count`.
    ///   - draw: As `load` takes it.
    ///   - result: Shape `[cases.count, visible]`.
    func loadDoubles(_ cases: [Int], draw: Int, into result: inout [Double]) throws
}

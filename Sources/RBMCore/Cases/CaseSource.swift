/// A set of training cases that writes any of them as visible bytes.
///
/// Any process may ask for any case; other types decide which process takes which. A unit is a
/// byte, or the four bytes of a float32 if the encoding is float32.
public protocol CaseSource: AnyObject {
    /// How many cases there are.
    var count: Int { get }
    var visible: Int { get }
    var encoding: StateEncoding { get }

    /// What is known of units that were not observed; nil where all units of all cases were.
    var unobserved: UnobservedUnits? { get }

    /// The cases below the draws of weights with fractions, each once; nil where the cases are not drawn
    /// by such weights.
    ///
    /// There are as many of them as draws, so that means over all cases can be exact.
    var withFactors: CasesWithFactors? { get }

    /// Writes cases.
    ///
    /// A unit that was not observed has the mark of `UnobservedUnits`.
    ///
    /// - Parameters:
    ///   - cases: Numbers in `0..<count`.
    ///   - draw: Names the randomness of cases that are drawn afresh: 0 for the fixed draw of
    ///     monitors, the epoch counted from 1 in training.
    ///   - result: Bytes, shape `[cases.count, caseBytes]`; a longer array keeps what follows.
    func load(_ cases: [Int], draw: Int, into result: inout [UInt8]) throws
}

extension CaseSource {
    public var unobserved: UnobservedUnits? { nil }

    public var withFactors: CasesWithFactors? { nil }

    /// The bytes of one case.
    public var caseBytes: Int { visible * encoding.bytesPerUnit }
}

public import RBMCore
import RandomStreams

extension UInt32 {
    /// These bits as a number of the open interval (0, 1): (u + ½)·2⁻²³ of the upper 23 bits u.
    ///
    /// With one bit more the largest would round to 1.
    public var unitInterval: Float {
        (Float(Int32(truncatingIfNeeded: self >> 9)) + 0.5) * 0x1p-23
    }
}

/// Returns an RBM with weights and biases uniform in ±scale, the same on every call.
public func randomMachine(
    visible: Int, hidden: Int, visibleUnits: any UnitKind = .spin,
    hiddenUnits: any UnitKind = .spin,
    scale: Float = 1, seed: UInt64 = 1
) -> RBM {
    var parameters = Parameters(visible: visible, hidden: hidden)
    let numbers = RandomStream(seed: seed, .benchmark)
    for i in parameters.values.indices {
        parameters.values[i] = scale * (2 * numbers.word(row: 0, unit: i).unitInterval - 1)
    }
    return RBM(visibleUnits: visibleUnits, hiddenUnits: hiddenUnits, parameters: parameters)
}

/// Returns an RBM of two kinds of units, with parameters of order one.
public func makeRBM(
    _ visibleUnits: any UnitKind, _ visible: Int, _ hiddenUnits: any UnitKind, _ hidden: Int
) -> RBM {
    randomMachine(
        visible: visible, hidden: hidden, visibleUnits: visibleUnits, hiddenUnits: hiddenUnits,
        seed: 3)
}

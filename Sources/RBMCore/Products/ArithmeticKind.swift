/// The number system in which a layer is trained.
public enum ArithmeticKind: String, Sendable, CaseIterable {
    /// Weights rounded to two bytes, exact products: the same bits on any number of ranks.
    case integer

    /// Weights rounded to one byte, at random and anew in each step.
    ///
    /// They take half the memory and add noise to every field.
    case integerOneByte = "integer-one-byte"

    /// float32 products: the reference for the integers.
    case float32

    /// The arithmetic of a layer that is not trained.
    ///
    /// Monitors, frozen layers and evaluation never use one byte.
    public var whenFrozen: ArithmeticKind { self == .integerOneByte ? .integer : self }

    /// This arithmetic, or float32 where a side has real values, which integers cannot represent.
    public func able(of machine: any Machine) -> ArithmeticKind {
        LayerSpec(states: machine).isDiscrete ? self : .float32
    }

    /// The arithmetic that measures a layer best: integers while their sums fit 32 bits.
    public static func measuring(
        _ machine: any Machine, _ encoding: StateEncoding
    ) -> ArithmeticKind {
        let shape = LayerSpec(machine, encoding: encoding)
        return refusal(ofIntegersFor: shape, batch: 0, chains: 0) == nil ? .integer : .float32
    }

    /// Tells why a layer cannot be trained in integers, or nil: some sum could leave 32 bits.
    ///
    /// - Parameters:
    ///   - batch: Rows of the data phase over all processes.
    ///   - chains: Rows of the model phase over all processes.
    public static func refusal(
        ofIntegersFor shape: LayerSpec, batch: Int, chains: Int
    ) -> String? {
        for units in [shape.visibleUnits, shape.hiddenUnits] where !units.isDiscrete {
            return "\(units) units take real values; use `arithmetic: float32` or "
                + "`auto`"
        }
        let limit = Int(Int32.max)
        let factor = Int(max(shape.visibleUnits.scale, shape.hiddenUnits.scale))
        let statistic = factor * 127 * shape.encoding.maximum * (batch + chains)
        if statistic > limit {
            return "a sum over batch \(batch) + chains \(chains) could reach \(statistic), beyond "
                + "the \(limit) of 32 bits; use at most "
                + "\(limit / (factor * 127 * shape.encoding.maximum)) cases a step in both together, "
                + "or `arithmetic: float32`"
        }
        let depth = max(shape.visible, shape.hidden)
        let activation = factor * 127 * 128 * depth
        if activation > limit {
            return "a pre-activation over \(depth) units could reach \(activation), beyond the "
                + "\(limit) of 32 bits; use at most \(limit / (factor * 127 * 128)) units a layer, "
                + "or `arithmetic: float32`"
        }
        return nil
    }
}

import RBMCore
import Storage

/// Visible units that a sampling run holds, as a file says: one pattern for all chains, or several.
struct ClampFile {
    /// How many patterns there are; chain n takes pattern n mod `patterns`.
    let patterns: Int

    /// Bytes 0 or 1, or `Clamp.free`, shape `[patterns, units]`.
    private let states: [UInt8]
    private let units: Int

    /// Reads a file of the shape of an image, or of several.
    ///
    /// 0 and 1 hold a unit, for spins also −1 and +1; NaN leaves it free.
    ///
    /// Throws `badFile`.
    init(path: String, imageShape: [Int], kind: UnitKind) throws(StorageError) {
        let file = try ArrayFile(path: path)
        guard file.shape == imageShape || file.caseShape == imageShape, file.cases > 0 else {
            let many = (["N"] + imageShape.map { "\($0)" }).joined(separator: ", ")
            throw StorageError(
                .badFile, path,
                "has the shape \(file.shape), but the model's images have \(imageShape). A clamp "
                    + "has the shape of an image, or [\(many)] for N of them; units that are free "
                    + "are NaN in it.")
        }
        units = imageShape.reduce(1, *)
        patterns = file.shape == imageShape ? 1 : file.cases
        var states: [UInt8] = []
        states.reserveCapacity(file.cases * file.caseElements)
        var floats = [Float](repeating: 0, count: file.caseElements)
        // Of spins 0 is the byte of −1: both in one file are a mistake in one of them.
        var first: (zero: Int?, minusOne: Int?)
        for number in 0..<file.cases {
            var span = floats.mutableSpan
            try file.copyFloats(case: number, into: &span)
            for value in floats {
                let place = states.count
                switch value {
                case 0:
                    states.append(0)
                    first.zero = first.zero ?? place
                case 1: states.append(1)
                case -1 where kind == .spin:
                    states.append(0)
                    first.minusOne = first.minusOne ?? place
                case let value where value.isNaN: states.append(Clamp.free)
                default:
                    let known = kind == .spin ? "−1 or +1 (or 0 or 1)" : "0 or 1"
                    throw StorageError(
                        .badFile, path,
                        "holds \(value) at \(Self.place(place, in: file.shape)); expected \(known) "
                            + "for a \(kind) unit that is held, and NaN for one that is free.")
                }
            }
        }
        if let zero = first.zero, let minusOne = first.minusOne {
            throw StorageError(
                .badFile, path,
                "holds 0 at \(Self.place(zero, in: file.shape)) and −1 at "
                    + "\(Self.place(minusOne, in: file.shape)); expected spins as −1 and +1, or as "
                    + "0 and 1. Units that are free are NaN.")
        }
        self.states = states
    }

    /// The clamps of some chains, shape `[chains, units]`.
    func states(of chains: Range<Int>) -> [UInt8] {
        chains.flatMap { chain in
            let start = chain % patterns * units
            return states[start..<(start + units)]
        }
    }

    /// The indices of an element, slowest first.
    private static func place(_ element: Int, in shape: [Int]) -> [Int] {
        var rest = element
        return shape.reversed().map { size in
            defer { rest /= size }
            return rest % size
        }.reversed()
    }
}

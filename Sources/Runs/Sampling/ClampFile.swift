import RBMCore
import Storage

/// Visible units that a sampling run holds, as a file says: one pattern for all chains, or several.
struct ClampFile {
    /// How many patterns there are; chain n takes pattern n mod `patterns`.
    let patterns: Int

    /// Bytes as in `Clamp`, shape `[patterns, patternBytes]`.
    private let states: [UInt8]
    private let patternBytes: Int
    /// The file's own numbers, shape `[patterns, units]`.
    private let values: [Float]

    /// Reads a file of the shape of an image, or of several.
    ///
    /// 0 and 1 hold a unit, for spins also −1 and +1, any real number a Gaussian one, and its state,
    /// from 0, a categorical one; NaN leaves it free, and in a text file a cell without a value.
    ///
    /// Throws `badFile`.
    /// - Parameter standardization: What turns the file's real values into those of the units.
    init(
        path: String, imageShape: [Int], kind: any UnitKind, standardization: Standardization? = nil
    ) throws(StorageError) {
        let file = try ArrayFile(path: path, takesMissing: true)
        guard file.shape == imageShape || file.caseShape == imageShape, file.cases > 0 else {
            let many = (["N"] + imageShape.map { "\($0)" }).joined(separator: ", ")
            throw StorageError(
                .badFile, path,
                "has the shape \(file.shape), but the model's images have \(imageShape). A clamp "
                    + "has the shape of an image, or [\(many)] for N of them; units that are free "
                    + "are NaN in it.")
        }
        patterns = file.shape == imageShape ? 1 : file.cases
        values = try Self.values(of: file)
        states =
            if kind.stateEncoding == .float32 {
                try Self.reals(values, of: file, standardization)
            } else if kind.columns > 1 {
                try Self.states(values, of: file, kind)
            } else {
                try Self.bits(values, of: file, kind)
            }
        patternBytes = states.count / patterns
    }

    /// All numbers of a file.
    private static func values(of file: ArrayFile) throws(StorageError) -> [Float] {
        // Each value is a float, and then a byte of a unit.
        try checkRoom(for: 5 * file.cases * file.caseElements, of: file.path)
        var values: [Float] = []
        values.reserveCapacity(file.cases * file.caseElements)
        var row = [Float](repeating: 0, count: file.caseElements)
        for number in 0..<file.cases {
            var span = row.mutableSpan
            try file.copyFloats(case: number, into: &span)
            values += row
        }
        return values
    }

    /// The bytes of Gaussian units.
    private static func reals(
        _ values: [Float], of file: ArrayFile, _ standardization: Standardization?
    ) throws(StorageError) -> [UInt8] {
        if let infinite = values.firstIndex(where: \.isInfinite) {
            throw StorageError(
                .badFile, file.path,
                "holds \(values[infinite]) at \(place(infinite, in: file.shape)); expected a number "
                    + "on the scale of the data for a gaussian unit that is held, and NaN for one "
                    + "that is free.")
        }
        var values = values
        if let standardization {
            standardization.apply(to: &values, rows: values.count / standardization.means.count)
        }
        var bytes = [UInt8](repeating: 0, count: 4 * values.count)
        writeReals(values.span, into: &bytes, at: 0)
        return bytes
    }

    /// The bytes of categorical units: those of all columns of a unit, which is held or free as a whole.
    private static func states(
        _ values: [Float], of file: ArrayFile, _ kind: any UnitKind
    ) throws(StorageError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * kind.columns)
        for (place, value) in values.enumerated() {
            guard !value.isNaN else {
                bytes += [UInt8](repeating: Clamp.free, count: kind.columns)
                continue
            }
            guard let state = Int(exactly: value), (0..<kind.columns).contains(state) else {
                throw StorageError(
                    .badFile, file.path,
                    "holds \(value) at \(Self.place(place, in: file.shape)); expected a whole number "
                        + "from 0 to \(kind.columns - 1) for a \(kind) unit that is held, and NaN for "
                        + "one that is free.")
            }
            bytes += (0..<kind.columns).map { $0 == state ? 1 : 0 }
        }
        return bytes
    }

    /// The bytes of units of two values.
    private static func bits(
        _ values: [Float], of file: ArrayFile, _ kind: any UnitKind
    ) throws(StorageError) -> [UInt8] {
        var states: [UInt8] = []
        states.reserveCapacity(values.count)
        // Of spins 0 is the byte of −1: both in one file are a mistake in one of them.
        var first: (zero: Int?, minusOne: Int?)
        for (place, value) in values.enumerated() {
            switch value {
            case 0:
                states.append(0)
                first.zero = first.zero ?? place
            case 1: states.append(1)
            case -1 where kind.isSymmetric:
                states.append(0)
                first.minusOne = first.minusOne ?? place
            case let value where value.isNaN: states.append(Clamp.free)
            default:
                let known = kind.isSymmetric ? "−1 or +1 (or 0 or 1)" : "0 or 1"
                throw StorageError(
                    .badFile, file.path,
                    "holds \(value) at \(Self.place(place, in: file.shape)); expected \(known) "
                        + "for a \(kind) unit that is held, and NaN for one that is free.")
            }
        }
        if let zero = first.zero, let minusOne = first.minusOne {
            throw StorageError(
                .badFile, file.path,
                "holds 0 at \(place(zero, in: file.shape)) and −1 at "
                    + "\(place(minusOne, in: file.shape)); expected spins as −1 and +1, or as "
                    + "0 and 1. Units that are free are NaN.")
        }
        return states
    }

    /// The clamps of some chains, shape `[chains, patternBytes]`.
    func states(of chains: Range<Int>) -> [UInt8] {
        chains.flatMap { chain in
            let start = chain % patterns * patternBytes
            return states[start..<(start + patternBytes)]
        }
    }

    /// Puts held units to the file's own numbers, in values on the scale of the data of all chains
    /// from the first: what is standardized and returned is off by a rounding.
    ///
    /// - Parameter drawn: Shape `[chains, units]`.
    func restore(_ drawn: inout [Float]) {
        for i in drawn.indices {
            let value = values[i % values.count]
            if !value.isNaN { drawn[i] = value }
        }
    }

    /// Whether each unit of some chains is held, shape `[chains, units]`.
    func isHeld(inChains count: Int) -> [Bool] {
        let own = values.map { !$0.isNaN }
        return (0..<count).flatMap { chain in
            let first = chain % patterns * (own.count / patterns)
            return own[first..<(first + own.count / patterns)]
        }
    }

    /// How many cases of a sheet stand in a row, so that each column has one pattern; nil for one
    /// pattern, or so many that the sheet would be a strip.
    func columns(ofChains count: Int) -> Int? {
        patterns > 1 && patterns <= 32 && count > patterns ? patterns : nil
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

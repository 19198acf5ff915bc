import Ranks
import RBMCore
import RandomStreams

/// Which columns of the training cases vary, and how much, where they were observed.
struct ColumnCensus {
    /// How many cases there are.
    let cases: Int
    /// How many columns there are.
    let count: Int
    /// How many columns have one value in all cases, as far as was looked.
    private(set) var constant: Int
    /// The deviation of each column of real values, over some cases; empty for states.
    let deviations: [Double]

    /// How many cases every rank looks at first.
    private static let mostSampled = 1000
    /// The most bytes of these cases together.
    private static let mostBytes = 1 << 24

    /// The bytes of a case with which all others are compared; of a column without a value there, the
    /// first value that the rank meets.
    private var first: [UInt8]
    /// Whether some values may not have been observed.
    private let mayLack: Bool
    private let bytesPerUnit: Int
    /// Whether each column was seen to vary.
    private var varies: [Bool]

    /// Collective.
    ///
    /// Looks at cases: first at some that are chosen by key, the same on all ranks, then at all others,
    /// each rank at its share. Nearly all data end it after the first.
    ///
    /// - Parameter mayEnd: Whether a number of columns, of which no other value was seen yet, is small
    ///   enough.
    init(
        of source: any CaseSource, seed: UInt64, layer: Int, mayEnd: (Int) -> Bool,
        _ world: borrowing Communicator
    ) throws {
        cases = source.count
        count = source.visible
        bytesPerUnit = source.encoding.bytesPerUnit
        let sampled = min(
            Self.mostSampled, source.count, max(2, Self.mostBytes / source.caseBytes))
        let order = KeyedPermutation(count: source.count, seed: seed, .monitorCases(layer: layer))
        var bytes = [UInt8](repeating: 0, count: sampled * source.caseBytes)
        try world.together {
            try source.load((0..<sampled).map { order[$0] }, draw: 0, into: &bytes)
        }
        first = Array(bytes.prefix(source.caseBytes))
        mayLack = source.unobserved != nil
        varies = Array(repeating: false, count: count)
        deviations =
            source.encoding == .float32
            ? Self.deviations(of: bytes, rows: sampled, columns: count) : []
        constant = 0
        look(at: bytes, rows: sampled)
        constant = varies.count { !$0 }
        guard sampled < source.count, !mayEnd(constant) else { return }
        try forEachBlock(of: world.share(of: source.count), from: source, draw: 0) { bytes, rows in
            look(at: bytes, rows: rows)
        }
        var sums = varies.map { Int32($0 ? 1 : 0) }
        try world.sum(&sums)
        constant = sums.count { $0 == 0 }
    }

    /// Marks the columns in which some rows differ from the first case.
    private mutating func look(at bytes: [UInt8], rows: Int) {
        guard !mayLack else { return lookAtObserved(bytes, rows: rows) }
        for row in 0..<rows {
            let start = row * first.count
            for i in first.indices where bytes[start + i] != first[i] {
                varies[i / bytesPerUnit] = true
            }
        }
    }

    /// Does the same where some values were not observed.
    private mutating func lookAtObserved(_ bytes: [UInt8], rows: Int) {
        let encoding: StateEncoding = bytesPerUnit == 1 ? .bits : .float32
        for row in 0..<rows {
            for column in 0..<count {
                let place = row * count + column
                if UnobservedUnits.isMarked(bytes.span, place, encoding) { continue }
                let unit = (place * bytesPerUnit)..<((place + 1) * bytesPerUnit)
                let own = (column * bytesPerUnit)..<((column + 1) * bytesPerUnit)
                if UnobservedUnits.isMarked(first.span, column, encoding) {
                    first.replaceSubrange(own, with: bytes[unit])
                } else if !bytes[unit].elementsEqual(first[own]) {
                    varies[column] = true
                }
            }
        }
    }

    /// The standard deviation of each column of real values.
    private static func deviations(of bytes: [UInt8], rows: Int, columns: Int) -> [Double] {
        var values: [Float] = []
        var (means, squares) = (
            [Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns)
        )
        func forEachRow(_ body: ([Float]) -> Void) {
            for row in 0..<rows {
                readReals(bytes, (row * columns)..<((row + 1) * columns), into: &values)
                body(values)
            }
        }
        var counts = [Double](repeating: 0, count: columns)
        forEachRow { row in for i in counts.indices where !row[i].isNaN { counts[i] += 1 } }
        forEachRow { row in
            for i in means.indices where !row[i].isNaN { means[i] += Double(row[i]) / counts[i] }
        }
        forEachRow { row in
            for i in means.indices where !row[i].isNaN {
                let difference = Double(row[i]) - means[i]
                squares[i] += difference * difference / counts[i]
            }
        }
        return squares.map { $0.squareRoot() }
    }
}

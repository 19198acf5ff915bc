/// The hidden columns that one of several processes holds, where they divide a layer among them.
///
/// A process that holds a whole layer has the slice of all columns.
public struct HiddenSlice: Sendable, Equatable {
    public let columns: Range<Int>
    /// The columns of all processes.
    public let total: Int

    /// Random words are made in groups of so many units, and sums of floats over hidden units are
    /// rounded after so many.
    static let group = 64

    /// The successive columns that are never cut apart: whole groups of 64, and whole units.
    ///
    /// - Parameter columns: Of a unit.
    static func group(ofUnits columns: Int) -> Int {
        var (a, b) = (group, columns)
        while b != 0 { (a, b) = (b, a % b) }
        return group / a * columns
    }

    public init(_ columns: Range<Int>, of total: Int) {
        precondition(
            0...total ~= columns.lowerBound && columns.upperBound <= total,
            "columns \(columns) of \(total)")
        self.columns = columns
        self.total = total
    }

    /// The slice of a process that holds the whole layer.
    public init(whole total: Int) { self.init(0..<total, of: total) }

    public var isWhole: Bool { columns.count == total }

    /// The most slices with at least one column each.
    ///
    /// - Parameter columns: Of a unit.
    public static func most(of total: Int, unit columns: Int = 1) -> Int {
        let group = group(ofUnits: columns)
        return (total + group - 1) / group
    }

    /// Divides columns into contiguous parts of whole groups, as equal as they can be.
    ///
    /// Where there are fewer groups than parts, some parts are empty.
    ///
    /// - Parameters:
    ///   - columns: Of a unit, which is never cut.
    ///   - largestLast: Whether the last parts are the larger ones, not the first.
    public static func parts(
        of total: Int, among count: Int, unit columns: Int = 1, largestLast: Bool = false
    ) -> [Range<Int>] {
        precondition(count > 0, "\(total) columns among \(count) processes")
        let group = group(ofUnits: columns)
        let groups = most(of: total, unit: columns)
        let (quotient, rest) = groups.quotientAndRemainder(dividingBy: count)
        var start = 0
        return (0..<count).map { place in
            let isLarger = largestLast ? place >= count - rest : place < rest
            let end = min(total, start + (quotient + (isLarger ? 1 : 0)) * group)
            defer { start = end }
            return start..<end
        }
    }

    /// How many rows of all columns are brought together at a time: a multiple of 32, of some megabytes.
    public static func rowsOfBlock(total: Int) -> Int {
        max(1, (1 << 20) / max(1, total) / 32) * 32
    }

    /// Cuts the columns of this slice out of a matrix of all columns, row by row.
    func cut<Element>(_ values: ArraySlice<Element>) -> [Element] {
        guard !isWhole else { return Array(values) }
        return stride(from: values.startIndex, to: values.endIndex, by: total).flatMap {
            values[columns.offset(by: $0)]
        }
    }
}

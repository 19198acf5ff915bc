import Datasets
import RBMCore
public import Reports
public import Storage

/// What a data file holds.
public struct DataInspection: Report, Sendable, Equatable {
    public let kind: String
    public let file: String
    /// `idx`, `npy`, `npz`, `text` or `pictures`.
    public let format: String
    public let elementType: String
    /// Cases first, then the shape of one.
    public let shape: [Int]
    /// The smallest value that is a finite number; nil when there is none.
    public let min: Double?
    public let max: Double?
    /// Over the values that are finite numbers.
    public let mean: Double?
    public let nanCount: Int
    public let infiniteCount: Int
    /// What values occur: `bits` (0 and 1), `signs` (−1 and +1), `unit interval`, or `other`.
    public let values: String
    /// How many states categorical units of these values have; nil where the values are not whole
    /// numbers from 0 to 255, or are bits.
    public let categories: Int?
    /// What a training of bernoulli units takes the values for, or why it refuses them.
    public let readAs: String
    /// What else is worth knowing of how the file was read.
    public let notes: [String]

    /// Reads all values of a file.
    ///
    /// Throws `badFile`.
    public init(path: String) throws(StorageError) {
        let array = try ArrayFile(path: path, takesMissing: true)
        kind = "data"
        file = path
        format = array.format.rawValue
        elementType = array.elementType.rawValue
        shape = array.shape
        var tally = Tally()
        var census = ValueCensus()
        var floats = [Float](repeating: 0, count: array.caseElements)
        for number in 0..<array.cases {
            var span = floats.mutableSpan
            try array.copyFloats(case: number, into: &span)
            tally.add(floats)
            for value in floats { census.add(value, case: number) }
        }
        min = tally.finite > 0 ? Double(tally.smallest) : nil
        max = tally.finite > 0 ? Double(tally.largest) : nil
        mean = tally.finite > 0 ? tally.sum / Double(tally.finite) : nil
        nanCount = tally.nan
        infiniteCount = tally.infinite
        values = Self.name(census)
        let isOfStates =
            tally.isWhole && tally.finite > 0 && tally.nan + tally.infinite == 0
            && tally.smallest >= 0 && tally.largest < Float(Categorical.allowedStates.upperBound)
        categories = isOfStates && values == "other" ? Int(tally.largest) + 1 : nil
        (readAs, notes) = Self.reading(of: array, census)
    }

    /// Says what a training takes the values for, with what it would warn of.
    private static func reading(of array: ArrayFile, _ census: ValueCensus) -> (String, [String]) {
        guard array.cases > 0 else { return ("refused: it holds no cases", array.notes) }
        do throws(StorageError) {
            let reading = try DataReading(of: array, asked: DataFile(array.path), census)
            return (reading.meaning, array.notes + reading.warnings)
        } catch {
            // Values that no units of bits take are mostly real numbers, or some are missing.
            let fits = (try? FittingConfiguration(path: array.path)) != nil
            let note =
                "`wilson defaults --for \(array.path)` writes a configuration that takes them"
            return ("refused: \(error.problem)", array.notes + (fits ? [note] : []))
        }
    }

    private static func name(_ census: ValueCensus) -> String {
        if census.isBits { return "bits" }
        if census.isSigns { return "signs" }
        let isOther = census.hasMinusOne || census.hasOther || census.hasNotFinite
        return isOther ? "other" : "unit interval"
    }

    /// Counts and sums over values.
    private struct Tally {
        var finite = 0
        var nan = 0
        var infinite = 0
        var smallest = Float.infinity
        var largest = -Float.infinity
        var sum = 0.0
        /// Whether all finite values are whole numbers.
        var isWhole = true

        mutating func add(_ values: [Float]) {
            for value in values {
                if value.isFinite {
                    finite += 1
                    isWhole = isWhole && value == value.rounded()
                    smallest = value < smallest ? value : smallest
                    largest = value > largest ? value : largest
                    sum += Double(value)
                } else if value.isNaN {
                    nan += 1
                } else {
                    infinite += 1
                }
            }
        }
    }

    public var table: Table {
        var table = Table("\(file): data, \(format.uppercased()) of \(elementType)")
        table.columns("", .left())
        table.row("  cases", "\(shape[0])")
        table.row(
            "  shape of a case", shape.count > 1 ? shapeText(Array(shape.dropFirst())) : "1")
        if let min, let max, let mean {
            let remarks = [
                "bits": ", all 0 or 1", "signs": ", all −1 or +1", "unit interval": ", in [0, 1]",
            ]
            table.row(
                "  values", "\(decimal(min, 4)) to \(decimal(max, 4))\(remarks[values] ?? "")")
            if let categories {
                table.row("  as categories", "\(categories) states, 0 to \(categories - 1)")
            }
            table.row("  mean", decimal(mean, 6))
        }
        table.row("  not a number", "\(nanCount)")
        table.row("  infinite", "\(infiniteCount)")
        table.row("  trained as", readAs)
        for note in notes { table.row("  note", note) }
        return table
    }
}

import Configuration
import Datasets
import RBMCore
import Reports
public import Storage

/// A configuration that fits a data file, each choice with its reason, for `wilson defaults --for`.
public struct FittingConfiguration {
    /// The text of the configuration, which `wilson train` takes.
    public let text: String

    /// Looks at a file, and chooses.
    ///
    /// Throws `badFile`, also for values that no units take.
    public init(path: String) throws(StorageError) {
        let file = try ArrayFile(path: path, takesMissing: true)
        guard file.cases > 0 else {
            throw StorageError(.badFile, path, "holds no cases; expected at least one")
        }
        let census = try ValueCensus(file, takingMissing: true)
        text = try Choice(file, census).lines.joined(separator: "\n") + "\n"
    }
}

/// What is chosen for a file.
private struct Choice {
    let file: ArrayFile
    let census: ValueCensus
    let columns: [ColumnRange]
    let kind: any UnitKind
    /// nil where the values are states.
    let reading: DataReading?

    /// The largest number that is taken for a state rather than for an amount.
    private static let largestState = 9

    init(_ file: ArrayFile, _ census: ValueCensus) throws(StorageError) {
        self.file = file
        self.census = census
        let isTable = file.caseShape.count <= 1
        columns = isTable ? try ColumnRange.all(of: file) : []
        // What is infinite is refused below.
        let areCounts =
            census.areWhole && !census.hasNotFinite && census.smallest >= 0 && census.largest <= 255
            && census.smallest <= census.largest
        let values: ConfiguredValues?
        if census.isBits || census.isSigns {
            values = nil
            kind = census.isSigns ? .spin : .bernoulli
        } else if isTable, areCounts, census.largest <= Double(Self.largestState) {
            kind = Categorical(states: Int(census.largest) + 1)
            reading = nil
            return
        } else if census.smallest >= 0 && census.largest <= 1
            || areCounts && (Self.arePictures(file, census) || file.isOfBytes)
        {
            (values, kind) = (.grey, .bernoulli)
        } else {
            (values, kind) = (.real, .gaussian)
        }
        reading = try DataReading(
            of: file, asked: DataFile(file.path, values: values, missing: .sample), for: kind,
            census)
    }

    /// Whether cases look like pictures, also where each is written as one row.
    private static func arePictures(_ file: ArrayFile, _ census: ValueCensus) -> Bool {
        func isSquare(_ count: Int) -> Bool {
            let side = Int(Double(count).squareRoot().rounded())
            return side >= 8 && side * side == count
        }
        let count = file.caseElements
        return file.caseShape.count > 1
            || census.smallest == 0 && (isSquare(count) || count % 3 == 0 && isSquare(count / 3))
    }

    private var isReal: Bool { reading?.kind == .real }

    /// How many visible units there are.
    private var visible: Int { file.caseElements }

    /// As many hidden units as visible ones, in whole groups of 16, but not more than a tenth of the cases.
    private var hidden: Int {
        let most = max(16, min(512, file.cases / 10))
        return min((max(visible, 16) + 15) / 16 * 16, most)
    }

    private var batch: Int { max(1, min(100, file.cases / 10)) }

    private var stepsPerEpoch: Int { max(1, (file.cases - heldOut) / batch) }

    /// About 20,000 updates, in 10 to 2,000 epochs.
    ///
    /// Of 1,800 updates, 120 pictures and a table of 400 cases learn next to nothing.
    private var epochs: Int { max(10, min(2000, 20_000 / stepsPerEpoch)) }

    /// Epochs between two records, of which a training has some fifty.
    private var recordEvery: Int { max(1, epochs / 50) }

    private var heldOut: Int { file.cases >= 50 ? file.cases / 10 : 0 }

    var lines: [String] {
        let shape = file.caseShape.isEmpty ? "1" : shapeText(file.caseShape)
        var lines = [
            "# For \(file.path): \(file.cases) cases of \(shape), \(file.elementType).",
            "# `wilson defaults` explains every key; what is left out has the value that stands there.",
            "",
            "data:",
        ]
        lines += data.map { $0.isEmpty ? "" : "  " + $0 }
        lines += ["", "layers:"]
        lines += layer.enumerated().map { number, line in (number == 0 ? "  - " : "    ") + line }
        lines += ["", "training:"]
        lines += training.map { "  " + $0 }
        if recordEvery > 1 {
            lines += ["", "monitor:", "  every: \(recordEvery) epochs   # some fifty records"]
            // A disk takes longer for a file than such an epoch lasts.
            lines += ["", "checkpoint:", "  every: \(recordEvery) epochs   # with the records"]
        }
        return lines
    }

    private var data: [String] {
        var lines = ["train: \(yamlText(file.path))", ""]
        lines +=
            heldOut > 0
            ? ["# A tenth is measured and not learned.", "held-out: 0.1"]
            : ["# So few cases are all needed for learning.", "held-out: 0"]
        if let reading {
            lines += ["", "# Found: \(reading.meaning)."]
            lines += isReal ? realNumbers : reading.maximum.map(greyValues) ?? []
        } else {
            let largest = Int(census.largest)
            lines += [
                "",
                "# Found: whole numbers from 0 to \(largest), taken for states of categorical units.",
                "# If they are amounts, take gaussian units below, and here",
                "# values: real",
                "# standardize: true",
            ]
        }
        lines += file.notes.map { "# Note: \($0)." }
        if let constant = list({ place, column in column.varies ? nil : "\(place)" }) {
            lines.append("# Columns that never vary, and should be left out: \(constant).")
        }
        if census.lacksValues {
            lines += [
                "",
                "# \(census.missing) values are missing; the machine draws them given the rest.",
                "missing: sample",
            ]
        }
        return lines
    }

    /// What is said of grey values, the largest of which is white.
    private func greyValues(_ white: Double) -> [String] {
        var lines = ["values: grey", "maximum: \(yamlText(white))"]
        if census.areWhole, census.largest < 32 {
            lines += [
                "# If they are categories 0 to \(Int(census.largest)) instead, take these two out,",
                "# and choose categorical units below.",
            ]
        }
        if file.elementType.isFloating, census.areWhole {
            lines += [
                "# If they are amounts and no pictures, take gaussian units below, and here",
                "# values: real", "# standardize: true",
            ]
        }
        return lines + [
            "# Grey values act as means. For likelihoods of bits, threshold or sample them:",
            "# binarize: threshold",
        ]
    }

    /// Lists what is said of columns of a table, the first eight of them; nil where nothing is.
    private func list(_ text: (_ place: Int, ColumnRange) -> String?) -> String? {
        let found = columns.enumerated().compactMap { text($0.offset + 1, $0.element) }
        let more = found.count > 8 ? " and \(found.count - 8) more" : ""
        return found.isEmpty ? nil : found.prefix(8).joined(separator: ", ") + more
    }

    /// What is said of real numbers, and of columns that may be something else.
    private var realNumbers: [String] {
        var lines: [String] = []
        let states = list { place, column in
            guard column.areWhole, column.smallest >= 0, column.varies,
                column.largest <= Double(Self.largestState)
            else { return nil }
            return "\(place) (0 to \(Int(column.largest)))"
        }
        if let states {
            lines += [
                "# Columns of few whole numbers: \(states).",
                "# Gaussian units take them for amounts. If they are categories, a table of such columns",
                "# alone fits categorical units, see docs/categorical-units.md.",
            ]
        }
        if census.areWhole, census.smallest >= 0, census.largest < 32 {
            lines += [
                "# If all are categories 0 to \(Int(census.largest)), as letters of an alignment are, take "
                    + "`values` and",
                "# `standardize` out, and choose categorical units below.",
            ]
        }
        return lines + [
            "values: real", "",
            "# Gaussian units of unit variance learn from values of mean 0 and deviation 1.",
            "standardize: true",
        ]
    }

    private var layer: [String] {
        let areSigns = census.isSigns
        let values =
            switch reading?.kind {
            case nil: "states 0 to \(Int(census.largest))"
            case .real: "real numbers"
            default: areSigns ? "−1 and +1" : "0, 1 and what lies between"
            }
        var lines = [
            "hidden: \(hidden)   # about as many as visible units; at most 512, and a tenth of the cases",
            "visible-units: \(kind.name)   # they take \(values)",
        ]
        if areSigns { lines.append("hidden-units: spin   # symmetric, as the data may be") }
        return lines
    }

    private var training: [String] {
        [
            "batch: \(batch)" + (batch < 100 ? "   # a tenth of the cases" : ""),
            "epochs: \(epochs)   # about \(epochs * stepsPerEpoch) updates",
        ]
            + (heldOut > 0
                ? [
                    "# Where `gap` in the records grows, cases are learned by heart: take fewer epochs, or",
                    "# early-stop: {gap: 2, patience: 3}",
                ] : [])
    }
}

/// The range of a column's values that are not missing.
private struct ColumnRange {
    var smallest = Double.infinity
    var largest = -Double.infinity
    var areWhole = true

    var varies: Bool { smallest < largest }

    /// Looks at all values of a file.
    static func all(of file: ArrayFile) throws(StorageError) -> [ColumnRange] {
        var columns = [ColumnRange](repeating: ColumnRange(), count: file.caseElements)
        var row = [Double](repeating: 0, count: file.caseElements)
        for number in 0..<file.cases {
            var span = row.mutableSpan
            try file.copyDoubles(case: number, into: &span)
            for (i, value) in row.enumerated() where value.isFinite {
                columns[i].smallest = min(columns[i].smallest, value)
                columns[i].largest = max(columns[i].largest, value)
                columns[i].areWhole = columns[i].areWhole && value == value.rounded()
            }
        }
        return columns
    }
}

extension ArrayFile {
    /// Whether the file stores bytes by its own choice, as those of pictures do.
    fileprivate var isOfBytes: Bool { elementType == .uint8 && format != .text }
}

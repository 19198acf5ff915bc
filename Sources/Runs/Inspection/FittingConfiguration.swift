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
    let reading: DataReading
    let isReal: Bool
    let areSigns: Bool

    init(_ file: ArrayFile, _ census: ValueCensus) throws(StorageError) {
        self.file = file
        self.census = census
        areSigns = census.isSigns
        let isInUnitInterval = census.smallest >= 0 && census.largest <= 1
        let areGreyValues =
            census.smallest >= 0 && census.largest <= 255 && census.areWhole
            && (!file.elementType.isFloating || file.format == .text)
        isReal = !census.isBits && !areSigns && !isInUnitInterval && !areGreyValues
        let values: ConfiguredValues? = census.isBits || areSigns ? nil : isReal ? .real : .grey
        let kind: any UnitKind =
            if isReal { .gaussian } else if areSigns { .spin } else { .bernoulli }
        reading = try DataReading(
            of: file, asked: DataFile(file.path, values: values, missing: .sample), for: kind,
            census)
    }

    /// How many visible units there are.
    private var visible: Int { file.caseElements }

    /// As many hidden units as visible ones, in whole groups of 16, but not more than a tenth of the cases.
    private var hidden: Int {
        let most = max(16, min(512, file.cases / 10))
        return min((max(visible, 16) + 15) / 16 * 16, most)
    }

    private var batch: Int { max(1, min(100, file.cases / 10)) }

    /// About 20,000 updates, in 10 to 200 epochs.
    private var epochs: Int {
        let steps = max(1, (file.cases - heldOut) / batch)
        return max(10, min(200, 20_000 / steps))
    }

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
        return lines
    }

    private var data: [String] {
        var lines = ["train: \(yamlText(file.path))", ""]
        lines +=
            heldOut > 0
            ? ["# A tenth is measured and not learned.", "held-out: 0.1"]
            : ["# So few cases are all needed for learning.", "held-out: 0"]
        lines += ["", "# Found: \(reading.meaning)."]
        if isReal, census.areWhole || file.format == .text {
            lines.append("# Are some columns categories? Then see docs/categorical-units.md.")
        }
        if let maximum = reading.maximum, !isReal {
            lines += ["values: grey", "maximum: \(yamlText(maximum))"]
            if census.areWhole, census.largest < 32 {
                lines += [
                    "# If they are categories 0 to \(Int(census.largest)) instead, take these two out,",
                    "# and choose categorical units below.",
                ]
            }
            lines += [
                "# Grey values act as means. For likelihoods of bits, threshold or sample them:",
                "# binarize: threshold",
            ]
        }
        if isReal {
            lines += [
                "values: real", "",
                "# Gaussian units of unit variance learn from values of mean 0 and deviation 1.",
                "standardize: true",
            ]
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

    private var layer: [String] {
        let (kind, values) =
            isReal
            ? ("gaussian", "real numbers")
            : areSigns ? ("spin", "−1 and +1") : ("bernoulli", "0, 1 and what lies between")
        var lines = [
            "hidden: \(hidden)   # about as many as visible units; at most 512, and a tenth of the cases",
            "visible-units: \(kind)   # they take \(values)",
        ]
        if areSigns { lines.append("hidden-units: spin   # symmetric, as the data may be") }
        return lines
    }

    private var training: [String] {
        [
            "batch: \(batch)" + (batch < 100 ? "   # a tenth of the cases" : ""),
            "epochs: \(epochs)   # about \(epochs * max(1, (file.cases - heldOut) / batch)) updates",
        ]
    }
}

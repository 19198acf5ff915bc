import RBMCore

/// Where the cases come from and what their numbers mean.
public struct DataOptions: Sendable, Equatable {
    public var source: DataSource
    public var heldOut = HeldOut.fraction(0.1)
    public var values = ConfiguredValues.auto
    /// The grey value that is white; nil for what the training file shows.
    public var maximum: Double?
    /// How many states categorical units have; nil for as many as the training file shows.
    public var categories: Int?
    public var binarize = ConfiguredBinarization.none
    public var standardize = false
    /// What is done with values that are missing.
    public var missing = MissingValues.refuse
    /// The file of the cases' weights; nil for equal ones.
    public var weights: String?
    /// The file of the weights of the cases of a held-out file; nil for equal ones.
    public var heldOutWeights: String?

    /// Creates options with the defaults for all but the source.
    public init(source: DataSource) {
        self.source = source
    }
}

extension DataOptions: ConfiguredSection {
    static let defaults = DataOptions(source: .file(""))

    static let settings = [
        Setting(
            "train", \DataOptions.source.fileName, .ifGiven(.fileName), required: "`train: FILE`",
            """
            The cases: a file in IDX, NPY or CSV (each also as .gz) or NPZ, or a folder of PNG
            pictures. FILE.npz:NAME is one of several arrays. Relative to the working directory, or
            else to the folder of the configuration.
            """),
        Setting(
            "ising", \DataOptions.source.lattice, .ifGiven(.inline), required: "`ising: {size: 8}`",
            """
            Instead of a file, configurations of the two-dimensional Ising torus, drawn on the spot:
            size: the side L of the L×L lattice, 2 to \(ConfigurationLimit.isingSize); coupling: K = J/kT from 0 to 10, or
            critical, which is ½ ln(1+√2); samples: how many configurations.
            """),
        Setting(
            "held-out", \DataOptions.heldOut, .heldOut,
            """
            Cases that are measured but not learned: a file, or the fraction of `train` (0 to below
            1) that is set aside. 0: none.
            """),
        Setting(
            "values", \DataOptions.values, .word,
            """
            What the numbers mean: auto, bits (0/1), grey (0 to `maximum`), spins (−1/+1, or 0/1), real,
            or categories (whole numbers from 0). auto looks at the values: all 0 or 1 are bits, all −1
            or +1 are spins, other whole numbers of integer types are grey, and floating-point numbers
            are real. For categorical visible units it means categories, and never else.
            """),
        Setting(
            "maximum", \DataOptions.maximum, .either(.number(.positive), or: "auto"),
            neutral: .some(nil),
            """
            The grey value that is white. auto: 1 if no value is larger; 255 if some are larger than
            127; and the largest value of the training file in between, with a warning.
            """),
        Setting(
            "categories", \DataOptions.categories, .either(.states, or: "auto"),
            neutral: .some(nil),
            """
            How many states each categorical visible unit has: 2 to 256, or auto for as many as the
            largest value in the training file asks for. Values are whole numbers from 0 to below it.
            """),
        Setting(
            "binarize", \DataOptions.binarize, .word,
            """
            How grey values become bits: none, threshold (1 from one half of `maximum`), sample
            (drawn afresh each epoch, the grey value being the probability) or sample-once.
            """),
        Setting(
            "standardize", \DataOptions.standardize, .boolean,
            """
            Whether real values are shifted and scaled to mean 0 and deviation 1, each by itself, over
            the training cases. None of these lies further than 10 from 0 then, and what does among
            other cases is cut there. The model keeps what was done, and samples are returned to the
            data's scale. For gaussian units.
            """),
        Setting(
            "missing", \DataOptions.missing, .word, neutral: .refuse,
            """
            What is done with missing values: NaN in an array, or an empty cell, NA, null or ? in a text
            file. refuse: such a file is refused. sample: the machine draws them given the other units of
            the case in each step, from which it learns as from values that were seen. Records measure
            cases that are filled like that.
            """),
        Setting(
            "weights", \DataOptions.weights, .either(.fileName, or: "none"),
            neutral: .some(nil),
            """
            A file of one number a case of `train`, 0 or larger: how often the case counts. Whole
            numbers repeat the cases. Of others only the ratios count: an epoch has as many cases as the
            file, drawn in proportion to the weights. A fraction that is held out is weighted too; a
            file has `held-out-weights`.
            """),
        Setting(
            "held-out-weights", \DataOptions.heldOutWeights, .either(.fileName, or: "none"),
            neutral: .some(nil), "The same for the cases of a file that is held out."),
    ]

    static func checkKeys(of mapping: GivenMapping) {
        switch (mapping.has("train"), mapping.has("ising")) {
        case (true, true):
            mapping.place.report("found both `train` and `ising`; keep one, they are two sources")
        case (false, false):
            let places = [mapping.place] + ["train", "ising"].map(mapping.place.place)
            guard !places.contains(where: \.isWrong) else { return }
            let expected = settings.compactMap(\.required)
            mapping.place.report("says nothing to learn from; expected \(alternatives(expected))")
        default: break
        }
    }

    static let rules = [
        Rule<RunConfiguration>("data.values", "data.ising") { run in
            let values = run.data.values
            guard run.data.source.lattice != nil, values != .auto, values != .spins else {
                return nil
            }
            return
                "\(values.rawValue) does not fit data.ising, which gives spins; expected auto or "
                + "spins"
        },
        Rule("data.weights", "data.ising") { run in
            guard run.data.source.lattice != nil, run.data.weights != nil else { return nil }
            return "a file of weights does not fit data.ising, whose configurations are drawn with "
                + "equal weights; expected none"
        },
        Rule("data.missing", "data.ising") { run in
            guard run.data.source.lattice != nil, run.data.missing == .sample else { return nil }
            return "sample does not fit data.ising, whose configurations are whole; expected refuse"
        },
        Rule("data.missing", "training.keep-probability") { run in
            guard run.data.missing == .sample,
                let layer = run.layers.first, layer.training.keepProbability < 1
            else { return nil }
            return
                "missing values are drawn by all hidden units, which does not go with dropout in "
                + "layer 0; expected refuse, or keep-probability 1"
        },
        Rule("data.missing", "layers.0.initial-neighbours") { run in
            guard run.data.missing == .sample, let layer = run.layers.first,
                layer.initialNeighbours > 0
            else { return nil }
            return "the patterns of initial-neighbours need cases without missing values; expected "
                + "refuse, or initial-neighbours 0"
        },
        Rule("data.missing", "monitor.log-likelihood") { run in
            guard run.data.missing == .sample, run.monitor.logLikelihood != nil else { return nil }
            return "the log-likelihood of cases with missing values is not measured; expected "
                + "refuse, or log-likelihood never"
        },
        Rule("data.held-out-weights", "data.held-out") { run in
            guard run.data.heldOutWeights != nil, case .fraction = run.data.heldOut else {
                return nil
            }
            return
                "weights of held-out cases need a file of these cases; found a fraction, whose cases "
                + "have the weights of data.weights. Expected none"
        },
        Rule("data.binarize", "data.ising") { run in
            let binarize = run.data.binarize
            guard run.data.source.lattice != nil, binarize != .none else { return nil }
            return "\(binarize.rawValue) does not fit data.ising, whose spins have two values "
                + "already; expected none"
        },
        Rule("data.values", "layers.0.visible-units") { run in
            let values = run.data.values
            guard values != .auto, let units = run.layers.first?.visibleUnits,
                (values == .categories) != (units.columns > 1)
            else { return nil }
            return units.columns > 1
                ? "\(values.rawValue) does not fit the \(units.name) units of layer 0, whose states "
                    + "are whole numbers; expected auto or categories"
                : "categories are states of categorical units; found layers.0.visible-units "
                    + "\(units.name), expected categorical"
        },
        Rule("data.categories", "layers.0.visible-units") { run in
            guard let states = run.data.categories, let units = run.layers.first?.visibleUnits,
                units.columns == 1
            else { return nil }
            return
                "\(states) states have no meaning for \(units.name) visible units; expected auto, "
                + "or categorical visible-units in layer 0"
        },
        Rule("data.binarize", "data.values") { run in
            let (values, binarize) = (run.data.values, run.data.binarize)
            guard binarize != .none, values == .bits || values == .spins else { return nil }
            return
                "\(binarize.rawValue) does not fit data.values \(values.rawValue), which have two "
                + "values already; expected none, or data.values grey or real"
        },
        Rule("data.values", "layers.0.visible-units", "data.binarize") { run in
            guard run.data.values == .real, run.data.binarize == .none,
                let units = run.layers.first?.visibleUnits, units.isDiscrete, units.columns == 1
            else { return nil }
            return "real numbers need gaussian visible units or binarization; found "
                + "layers.0.visible-units \(units.name), data.binarize none"
        },
        Rule("data.binarize", "layers.0.visible-units") { run in
            guard run.data.binarize != .none, let units = run.layers.first?.visibleUnits,
                units.alternatives != 2 || units.columns > 1
            else { return nil }
            guard !units.isDiscrete else {
                return "\(run.data.binarize.rawValue) makes bits, but the \(units.name) units of "
                    + "layer 0 take whole numbers; expected none, or bernoulli visible-units"
            }
            return
                "\(run.data.binarize.rawValue) makes bits, but the \(units.name) units of layer 0 "
                + "take real values; expected none, or bernoulli visible-units"
        },
        Rule("layers.0.visible-units", "data.ising") { run in
            guard run.data.source.lattice != nil, let units = run.layers.first?.visibleUnits,
                units.alternatives != 2 || units.columns > 1
            else { return nil }
            return "\(units.name) does not fit data.ising, which gives spins; expected spin or "
                + "bernoulli"
        },
        Rule("data.standardize", "layers.0.visible-units") { run in
            guard run.data.standardize, let units = run.layers.first?.visibleUnits,
                units.isDiscrete
            else { return nil }
            return
                "true makes real values, which \(units.name) visible units do not take; expected "
                + "false, or gaussian visible-units in layer 0"
        },
    ]
}

/// The training cases.
public enum DataSource: Sendable, Equatable {
    /// A file or a folder; a path relative to the working directory, or to the configuration's folder.
    case file(String)
    case ising(IsingSource)

    /// The file, if it is one.
    var fileName: String? {
        get { if case .file(let name) = self { name } else { nil } }
        set { if let newValue { self = .file(newValue) } }
    }

    /// The lattice, if it is one.
    var lattice: IsingSource? {
        get { if case .ising(let source) = self { source } else { nil } }
        set { if let newValue { self = .ising(newValue) } }
    }
}

/// Configurations of the two-dimensional Ising torus, drawn on the spot.
public struct IsingSource: Sendable, Equatable {
    /// The side L of the L × L lattice.
    public var size = 8
    /// The coupling K = J/kT; nil for the critical one, ½ ln(1 + √2).
    public var coupling: Double?
    public var samples = 20_000

    /// Creates the default lattice: 8 × 8 at the critical point, 20 000 samples.
    public init() {}
}

extension IsingSource: ConfiguredSection {
    static let defaults = IsingSource()

    static let settings = [
        Setting(
            "size", \IsingSource.size, .integer(2...ConfigurationLimit.isingSize),
            "The side L of the L×L lattice."),
        Setting(
            "coupling", \IsingSource.coupling, .either(.number(.coupling), or: "critical"),
            "K = J/kT; critical is ½ ln(1+√2)."),
        Setting(
            "samples", \IsingSource.samples, .integer(1...ConfigurationLimit.isingSamples),
            "How many configurations."),
    ]
}

/// The cases that are measured but not learned.
public enum HeldOut: Sendable, Equatable {
    case file(String)
    /// ⌊f·N⌋ of the N training cases, chosen by key; 0 for none.
    case fraction(Double)
}

extension Notation where Value == Int {
    /// How many states a categorical unit has.
    static var states: Notation { integer(Categorical.allowedStates) }
}

extension Notation where Value == HeldOut {
    /// A name of a file, or a fraction.
    static var heldOut: Notation {
        scalar(
            ["a file name", NumberRange.belowOne.description],
            write: { heldOut in
                switch heldOut {
                case .file(let name): yamlText(name)
                case .fraction(let fraction): yamlText(fraction)
                }
            },
            parse: { node, place, expected in
                if let number = place.plain(node)?.number, NumberRange.belowOne.admits(number) {
                    return .fraction(number)
                }
                if let name = place.fileName(node) { return .file(name) }
                place.wrong(node, expected)
                return nil
            })
    }
}

/// What the numbers of the data mean.
public enum ConfiguredValues: String, CaseIterable, Sendable {
    /// Decided by the values: 0/1 bits; −1/+1 spins; other whole numbers grey; floats real.
    case auto
    case bits
    case grey
    case spins
    case real
    /// Whole numbers from 0: states of categorical units.
    case categories
}

/// What is done with values that are missing.
public enum MissingValues: String, CaseIterable, Sendable {
    /// A file with such values is refused.
    case refuse
    /// The machine draws them given the other units of the case.
    case sample
}

/// How grey values become bits.
public enum ConfiguredBinarization: String, CaseIterable, Sendable {
    case none
    /// 1 from one half of white, as 128 of 255.
    case threshold
    /// Drawn afresh each epoch with the grey value as probability.
    case sample
    /// Drawn once with the grey value as probability.
    case sampleOnce = "sample-once"
}

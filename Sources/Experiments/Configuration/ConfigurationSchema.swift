/// The keys of each section, in the order of the file that is written.
enum ConfigurationSchema {
    static let root = [
        "data", "layers", "training", "monitor", "checkpoint", "arithmetic", "initial-model",
    ]
    static let data = ["train", "ising", "held-out", "values", "binarize", "standardize"]
    static let ising = ["size", "coupling", "samples"]
    static let layer = [
        "visible-units", "visible-variance", "hidden", "hidden-units", "biases", "initial-weights",
        "initial-visible-bias", "propagate", "training",
    ]
    static let training = [
        "algorithm", "sweeps", "chains", "batch", "epochs", "learning-rate", "schedule", "warm-up",
        "momentum", "nesterov", "weight-decay", "sparsity", "keep-probability", "average",
        "early-stop", "seed",
    ]
    static let exponential = ["exponential"]
    static let inverseTime = ["inverse-time"]
    static let momentum = ["from", "to", "over"]
    static let weightDecay = ["l1", "l2"]
    static let sparsity = ["target", "cost", "memory"]
    static let earlyStop = ["gap", "patience"]
    static let monitor = ["every", "cases", "pseudo-likelihood-cases"]
    static let checkpoint = ["every", "keep"]

    /// Where a key belongs that was written in the wrong section; the first place of several.
    static func home(of key: String) -> String? {
        let sections: [(path: String, keys: [String])] = [
            ("", root), ("data.", data), ("data.ising.", ising), ("layers.0.", layer),
            ("training.", training), ("training.weight-decay.", weightDecay),
            ("training.sparsity.", sparsity), ("training.early-stop.", earlyStop),
            ("monitor.", monitor), ("checkpoint.", checkpoint),
        ]
        return sections.first { $0.keys.contains(key) }.map { $0.path + key }
    }
}

/// The ranges of the numbers.
public enum ConfigurationLimit {
    /// Units of one layer.
    public static let units = 1 << 20
    /// Weights of one layer, 8 GiB in float32: what one count of MPI (a C int) can express.
    public static let weights = Int(Int32.max)
    /// Layers of one stack; the random streams number them in 8 bits.
    public static let layers = 100
    /// Sweeps of one update; the random streams number them in 16 bits.
    public static let sweeps = Int(UInt16.max)
    /// Cases of a batch, and chains.
    public static let batch = 1_000_000
    public static let epochs = 1_000_000
    /// The side of an Ising lattice; its square is the largest number of units.
    public static let isingSize = 1 << 10
    public static let isingSamples = 100_000_000
    public static let coupling = 10.0
    public static let cases = Int(Int32.max)
    public static let keptCheckpoints = 1_000_000
    public static let patience = 1_000_000
}

/// An interval of real numbers that a value must lie in, worded for messages.
struct NumberRange: Sendable {
    private let words: String
    private let contains: @Sendable (Double) -> Bool

    func admits(_ value: Double) -> Bool { contains(value) }

    var description: String { words }

    /// 0 < x, and still so as Float: the trainer's arithmetic is float32.
    static let positive = NumberRange(words: "a number above 0") {
        $0 > 0 && Float($0) > 0 && Float($0).isFinite
    }
    /// 0 ≤ x, finite as Float.
    static let notNegative = NumberRange(words: "a number of at least 0") {
        $0 >= 0 && Float($0).isFinite
    }
    /// 0 ≤ x < 1.
    static let belowOne = NumberRange(words: "a number from 0 to below 1") { $0 >= 0 && $0 < 1 }
    /// 0 ≤ x ≤ 1.
    static let unit = NumberRange(words: "a number from 0 to 1") { $0 >= 0 && $0 <= 1 }
    /// 0 < x ≤ 1.
    static let share = NumberRange(words: "a number above 0 and at most 1") { $0 > 0 && $0 <= 1 }
    /// 0 ≤ K ≤ 10.
    static let coupling = NumberRange(
        words: "a number from 0 to \(yamlText(ConfigurationLimit.coupling))"
    ) { $0 >= 0 && $0 <= ConfigurationLimit.coupling }
}

/// A choice among words in the configuration; the raw values are the words.
protocol ConfiguredWord: CaseIterable, RawRepresentable, Sendable where RawValue == String {}

/// The kind of a layer's units.
public enum ConfiguredUnits: String, ConfiguredWord {
    /// States 0 and 1.
    case bernoulli
    /// States −1 and +1.
    case spin
    /// Real numbers; visible units only.
    case gaussian
}

/// The variances of Gaussian visible units, given the hidden ones.
public enum ConfiguredVariance: String, ConfiguredWord {
    /// 1.
    case unit
    /// Learned, one for each unit.
    case learned
}

/// What the numbers of the data mean.
public enum ConfiguredValues: String, ConfiguredWord {
    /// Decided by the file: IDX grey; NPY bool and uint8 of only 0/1 bits; −1/+1 spins; float real.
    case auto
    case bits
    case grey
    case spins
    case real
}

/// How grey values become bits.
public enum ConfiguredBinarization: String, ConfiguredWord {
    case none
    /// 1 from 128 of 255, or from 0.5.
    case threshold
    /// Drawn afresh each epoch with the grey value as probability.
    case sample
    /// Drawn once with the grey value as probability.
    case sampleOnce = "sample-once"
}

/// Where the visible biases start.
public enum ConfiguredVisibleBias: String, ConfiguredWord {
    /// The log-odds of (n+1)/(N+2), n of N cases having the unit on; the mean of a Gaussian unit.
    case logOdds = "log-odds"
    case zero
}

/// What a layer hands to the next one.
public enum ConfiguredPropagation: String, ConfiguredWord {
    case means
    case samples
}

/// How the negative phase gets its states.
public enum ConfiguredAlgorithm: String, ConfiguredWord {
    /// Persistent contrastive divergence: chains that live through the training.
    case pcd
    /// Contrastive divergence: chains that start at the data of each step.
    case cd
}

/// The arithmetic of the training.
public enum ConfiguredArithmetic: String, ConfiguredWord {
    /// Integer where the units allow it.
    case auto
    /// Weights in two bytes.
    case integer
    /// Weights in one byte, rounded afresh each step.
    case integerOneByte = "integer-one-byte"
    case float32
}

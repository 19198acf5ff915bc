import Configuration
public import ModelFiles
public import Ranks
public import RBMCore
public import Storage

/// The cases of a file, and what their values mean.
public struct OpenedCases {
    public let cases: any CaseSource
    /// The shape of one case, slowest index first: of its values, each of which may be several bytes.
    public let shape: [Int]
    /// What the values are taken for, in words for people.
    public let meaning: String
    /// How many states each value may have, where values are states of categorical units.
    public var categories: Int?
}

/// Returns the error of a file that can be read but does not hold what a run needs.
public func dataFault(_ file: String, _ problem: String) -> StorageError {
    StorageError(.badFile, file, problem)
}

extension DataFile {
    /// Collective.
    ///
    /// Opens the file under the rules of the keys `data.values` and `data.binarize`.
    ///
    /// `auto` takes the values of IDX files for grey. In NPY files the values decide: bool and numbers
    /// that are all 0 or 1 are bits, numbers that are all −1 or +1 are spins, other uint8 are grey,
    /// and other numbers are real.
    ///
    /// - Parameters:
    ///   - seed: Names the random bits of `binarize: sample`.
    ///   - taker: The kind of the units that take the values. For Gaussian ones they are real numbers,
    ///     grey ones in [0, 1]; for categorical ones they are states, of which each becomes the bytes
    ///     of all columns of a unit.
    /// - Throws: The same failure on all ranks.
    public func open(
        seed: UInt64, for taker: any UnitKind = .bernoulli, _ world: borrowing Communicator
    ) throws -> OpenedCases {
        let file = try world.together { () throws -> ArrayFile in
            let file = try ArrayFile(path: path)
            guard file.cases > 0 else {
                throw dataFault(path, "holds no cases; expected at least one")
            }
            guard file.caseElements > 0 else {
                throw dataFault(path, "has the shape \(file.shape): its cases have no values")
            }
            guard file.cases < 1 << 32 else {
                throw dataFault(path, "holds \(file.cases) cases; at most 2³² − 1 are supported")
            }
            return file
        }
        try checkOneView(of: file, world)
        if taker.columns > 1 { return try openStates(file, seed: seed, world) }
        let asReal = taker.stateEncoding == .float32
        // Every byte is a grey value: a file of bytes that is read as grey cannot hold a wrong one.
        let isGreyBytes = file.elementType == .uint8
        let needsCensus =
            !isGreyBytes || values == .bits || values == .spins
            || (values == .auto && file.format == .npy && binarize == .none)
        let census = needsCensus ? try ValueCensus.take(file, world) : nil
        // All ranks have the same census, and come to the same decision.
        return try world.together {
            guard values != .categories else {
                throw dataFault(
                    path,
                    "was opened as categories, but the visible units are \(taker); leave `values` "
                        + "out, or use categorical visible units")
            }
            let reading =
                asReal
                ? try realReading(of: file, values, binarize, census)
                : try reading(of: file, values, binarize, census)
            return OpenedCases(
                cases: FileCases(file, values: reading.values, seed: seed),
                shape: file.caseShape.isEmpty ? [1] : file.caseShape, meaning: reading.meaning)
        }
    }

    /// Collective.
    ///
    /// Opens the file as states of categorical units.
    ///
    /// A given number of states is kept; without one, the largest value decides.
    private func openStates(
        _ file: ArrayFile, seed: UInt64, _ world: borrowing Communicator
    ) throws -> OpenedCases {
        try world.together {
            guard values == .auto || values == .categories else {
                throw dataFault(
                    path,
                    "was opened as \(values.rawValue), but the visible units are categorical; use "
                        + "`values: categories`")
            }
            guard binarize == .none else {
                throw dataFault(
                    path,
                    "is wanted as whole numbers by categorical units; leave `binarize` out")
            }
        }
        let allowed = Categorical.allowedStates
        let census = try CategoryCensus.take(
            file, limit: categories ?? allowed.upperBound, world)
        return try world.together {
            let (number, value) = census.firstOther
            guard number == .max else {
                let limit = census.limit
                let text = Int(exactly: value).map { "\($0)" } ?? "\(Float(value))"
                let found = "case \(number) holds \(text), but "
                throw dataFault(
                    path,
                    found
                        + (categories == nil
                            ? "categories are whole numbers from 0 to \(limit - 1); number the "
                                + "states from 0"
                            : "units of \(limit) states take whole numbers from 0 to \(limit - 1); "
                                + "correct it, or train with a larger `data.categories`"))
            }
            let states = categories ?? max(census.largest + 1, allowed.lowerBound)
            return OpenedCases(
                cases: FileCases(file, values: .categories(states), seed: seed),
                shape: file.caseShape.isEmpty ? [1] : file.caseShape,
                meaning: "categories 0 to \(states - 1)", categories: states)
        }
    }

    /// Collective.
    ///
    /// Opens the file as the first layer of a model sees it: as real numbers where that is Gaussian,
    /// standardized as its training data were, and as states where it is categorical.
    ///
    /// - Throws: The same failure on all ranks.
    public func open(
        seed: UInt64, for model: Model, _ world: borrowing Communicator
    ) throws -> OpenedCases {
        let first = model.layers[0]
        let kind = first.visibleUnits
        let file = DataFile(
            path, values: values, binarize: binarize,
            categories: kind.columns > 1 ? kind.columns : nil)
        let opened = try file.open(seed: seed, for: kind, world)
        // The caller refuses cases of another size, in words of its own.
        guard let standardization = model.standardization,
            opened.cases.visible == first.visibleCount
        else { return opened }
        return OpenedCases(
            cases: StandardizedCases(opened.cases, standardization), shape: opened.shape,
            meaning: opened.meaning)
    }
}

/// Collective.
///
/// Fails when some ranks see another file under the same path, as happens when each host has a folder
/// of its own or an old copy.
private func checkOneView(of file: ArrayFile, _ world: borrowing Communicator) throws {
    guard world.size > 1 else { return }
    let view = try world.together { () throws -> String in
        let checksum = try file.sampleChecksum()
        return "\(file.elementType) \(file.shape), \(file.bytes) bytes, checksum "
            + String(checksum, radix: 16)
    }
    guard let difference = try world.disagreement(on: view) else { return }
    throw SharedFailure(
        exitCode: ExitStatus.badFile,
        "\(file.path): the ranks see different files under this path. Copy one file to all hosts, "
            + "or name one that all of them share:\n" + difference)
}

/// Decides what the values of a file mean as real numbers.
private func realReading(
    of file: ArrayFile, _ values: ConfiguredValues, _ binarize: ConfiguredBinarization,
    _ census: ValueCensus?
) throws(StorageError) -> (values: CaseValues, meaning: String) {
    try checkFinite(file, census)
    guard binarize == .none else {
        throw dataFault(
            file.path, "is wanted as real numbers by gaussian units; leave `binarize` out")
    }
    let isBytes = file.elementType == .uint8
    switch values {
    case .real: return (.real(divisor: 1), "real numbers")
    case .auto where isBytes, .grey where isBytes:
        return (.real(divisor: 255), "grey values in [0, 1]")
    case .auto: return (.real(divisor: 1), "real numbers")
    case .grey:
        try checkGrey(file, census)
        return (.real(divisor: 1), "grey values in [0, 1]")
    case .bits, .spins, .categories:
        throw dataFault(
            file.path,
            "was opened as \(values.rawValue), but the visible units are gaussian; use `values: "
                + "real`")
    }
}

private func checkFinite(_ file: ArrayFile, _ census: ValueCensus?) throws(StorageError) {
    guard let census, census.hasNotFinite else { return }
    throw dataFault(
        file.path,
        "case \(census.firstNotFinite) holds a value that is not a number, or infinite "
            + "as float32; remove or replace such cases")
}

/// Decides what the values of a file mean.
private func reading(
    of file: ArrayFile, _ values: ConfiguredValues, _ binarize: ConfiguredBinarization,
    _ census: ValueCensus?
) throws(StorageError) -> (values: CaseValues, meaning: String) {
    try checkFinite(file, census)
    switch binarize {
    case .threshold, .sample, .sampleOnce:
        try checkGrey(file, census)
        return switch binarize {
        case .threshold: (.threshold, "thresholded at one half")
        case .sampleOnce: (.sampledOnce, "bits drawn once from the grey values")
        case .sample, .none: (.sampled, "bits drawn from the grey values")
        }
    case .none: break
    }
    switch resolved(values, file, census) {
    case .bits, .auto:
        guard let census, census.isBits || file.elementType == .bool else {
            throw dataFault(
                file.path,
                "holds values other than 0 and 1, but was opened as bits; "
                    + "use `binarize: threshold`, or `values: grey`")
        }
        return (.bits, "bits")
    case .spins:
        guard let census, census.isSigns || census.isBits else {
            throw dataFault(
                file.path,
                "holds values other than −1 and +1 (or 0 and 1), but was opened as spins; "
                    + "use `binarize: threshold`")
        }
        return (.bits, "spins")
    case .grey:
        try checkGrey(file, census)
        return (.grey, "grey values in 127 steps")
    case .categories: preconditionFailure("states are opened elsewhere")
    case .real:
        throw dataFault(
            file.path,
            "holds real numbers (\(file.elementType)), which need gaussian visible units. Values in "
                + "[0, 1] can be read with `values: grey` or a `binarize`")
    }
}

/// Returns what `auto` means for a file; any other choice stays as it is.
private func resolved(
    _ values: ConfiguredValues, _ file: ArrayFile, _ census: ValueCensus?
) -> ConfiguredValues {
    guard values == .auto else { return values }
    if file.elementType == .bool { return .bits }
    if file.format == .idx && file.elementType == .uint8 { return .grey }
    guard let census else { return .grey }
    if census.isBits { return .bits }
    if census.isSigns { return .spins }
    return file.elementType == .uint8 ? .grey : .real
}

/// Checks that values can be grey: bytes always, other numbers where they lie in [0, 1].
private func checkGrey(_ file: ArrayFile, _ census: ValueCensus?) throws(StorageError) {
    guard file.elementType != .uint8, let census, census.hasOther || census.hasMinusOne else {
        return
    }
    let example =
        census.hasOther
        ? "case \(census.firstOther.case) holds \(census.firstOther.value)" : "a case holds −1"
    throw dataFault(
        file.path, "\(example), but grey values lie in [0, 1]; scale the data first")
}

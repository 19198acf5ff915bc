import Configuration
public import ModelFiles
public import Ranks
public import RBMCore
public import Storage

/// The cases of a file, and what their values mean.
public struct OpenedCases {
    public internal(set) var cases: any CaseSource
    /// The shape of one case, slowest index first: of its values, each of which may be several bytes.
    public let shape: [Int]
    /// What the values are taken for, in words for people.
    public internal(set) var meaning: String
    /// How many states each value may have, where values are states of categorical units.
    public var categories: Int?
    /// How the values were read, for other files that are to be read alike; nil for states.
    public var reading: DataReading?
    /// Tells these data from others: their type and shape, and a checksum of some cases.
    public fileprivate(set) var digest = ""
    /// What a reader should look at, because the values could mean something else.
    public var warnings: [String] = []
    /// Whether some values are missing, whose units bear marks.
    public var lacksValues = false
}

/// How much data there are, as far as that is known before they are read.
public struct DataOutline: Sendable {
    public let cases: Int
    /// The values of a case, each of all its columns; of units whose states the file must show, at least
    /// so many.
    public let visible: Int
    /// The bytes that every rank is going to hold in memory.
    public let memoryBytes: Int
}

/// Returns the error of a file that can be read but does not hold what a run needs.
public func dataFault(_ file: String, _ problem: String) -> StorageError {
    StorageError(.badFile, file, problem)
}

extension Communicator {
    /// Collective.
    ///
    /// Fails where the ranks of a host cannot hold together what a file becomes when it is decompressed.
    ///
    /// - Throws: The same failure on all ranks.
    public borrowing func checkMemory(forData path: String) throws {
        var need = MemoryNeed()
        need.add("the decompressed data", Double(ArrayFile.unpackedBytes(of: path)))
        try checkMemory(
            need, in: .now,
            remedy: "Decompress \(path) first: plain NPY and IDX files are read where they lie, "
                + "and need no memory")
    }
}

/// Collective.
///
/// Opens an array on all ranks.
///
/// - Throws: The same failure on all ranks, also where they cannot hold what it becomes when it is decompressed.
public func openArray(
    _ path: String, takesMissing: Bool = false, _ world: borrowing Communicator
) throws -> ArrayFile {
    try world.checkMemory(forData: path)
    return try world.together { try ArrayFile(path: path, takesMissing: takesMissing) }
}

extension DataFile {
    /// Collective.
    ///
    /// Opens the file under the rules of the keys `data.values`, `data.binarize` and `data.maximum`.
    ///
    /// The values decide what `auto` means, as `DataReading` says.
    ///
    /// - Parameters:
    ///   - seed: Names the random bits of `binarize: sample`.
    ///   - taker: The kind of the units that take the values. For Gaussian ones they are real numbers,
    ///     grey ones in [0, 1]; for categorical ones they are states, of which each becomes the bytes
    ///     of all columns of a unit.
    ///   - check: Is called with what the header says, before the values are looked at.
    /// - Throws: The same failure on all ranks, also where they cannot hold what the file becomes when it is
    ///   decompressed.
    public func open(
        seed: UInt64, for taker: any UnitKind = .bernoulli,
        checking check: (DataOutline) throws -> Void = { _ in }, _ world: borrowing Communicator
    ) throws -> OpenedCases {
        try world.checkMemory(forData: path)
        let file = try world.together { () throws -> ArrayFile in
            let file = try ArrayFile(path: path, takesMissing: missing == .sample)
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
        try check(
            DataOutline(
                cases: file.cases,
                visible: file.caseElements
                    * (taker.columns > 1 ? categories ?? Categorical.allowedStates.lowerBound : 1),
                memoryBytes: file.heldBytes))
        let digest = try sharedDigest(of: file, world)
        var opened = try open(file, seed: seed, for: taker, world)
        opened.digest = digest
        return opened
    }

    /// Collective.
    ///
    /// Decides what the values of an array mean.
    private func open(
        _ file: ArrayFile, seed: UInt64, for taker: any UnitKind, _ world: borrowing Communicator
    ) throws -> OpenedCases {
        if taker.columns > 1 { return try openStates(file, seed: seed, world) }
        let census = try ValueCensus.take(file, takingMissing: missing == .sample, world)
        // All ranks have the same census, and come to the same decision.
        return try world.together {
            guard values != .categories else {
                throw dataFault(
                    path,
                    "was opened as categories, but the visible units are \(taker); leave `values` "
                        + "out, or use categorical visible units")
            }
            let reading = try DataReading(of: file, asked: self, for: taker, census)
            return OpenedCases(
                cases: FileCases(
                    file, values: reading.values, seed: seed, lacksValues: census.lacksValues),
                shape: file.caseShape.isEmpty ? [1] : file.caseShape,
                meaning: ([reading.meaning] + lackText(census.missing) + file.notes)
                    .joined(separator: "; "),
                reading: reading, warnings: reading.warnings, lacksValues: census.lacksValues)
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
            let values = values ?? .auto
            guard values == .auto || values == .categories else {
                throw dataFault(
                    path,
                    "was opened as \(values.rawValue), but the visible units are categorical; use "
                        + "`values: categories`")
            }
            guard (binarize ?? ConfiguredBinarization.none) == ConfiguredBinarization.none else {
                throw dataFault(
                    path,
                    "is wanted as whole numbers by categorical units; leave `binarize` out")
            }
        }
        let allowed = Categorical.allowedStates
        let census = try CategoryCensus.take(
            file, limit: categories ?? allowed.upperBound, takingMissing: missing == .sample, world)
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
                cases: FileCases(
                    file, values: .categories(states), seed: seed, lacksValues: census.missing > 0),
                shape: file.caseShape.isEmpty ? [1] : file.caseShape,
                meaning: (["categories 0 to \(states - 1)"] + lackText(census.missing))
                    .joined(separator: "; "),
                categories: states, lacksValues: census.missing > 0)
        }
    }

    /// Collective.
    ///
    /// Opens the file as the first layer of a model sees it: as real numbers where that is Gaussian,
    /// standardized as its training data were, and as states where it is categorical.
    ///
    /// Where nobody said how the values are to be read, they are read as the training data were.
    ///
    /// - Throws: The same failure on all ranks.
    public func open(
        seed: UInt64, for model: any LayeredModel, _ world: borrowing Communicator
    ) throws -> OpenedCases {
        let first = model.machines[0]
        let kind = first.visibleUnits
        let remembered = kind.columns > 1 ? nil : RememberedReading(model.notes)
        let isTold = values != nil || binarize != nil || maximum != nil
        let file = DataFile(
            path, values: isTold ? values : remembered?.values,
            binarize: isTold ? binarize : remembered?.binarize,
            maximum: isTold ? maximum : remembered?.maximum,
            categories: kind.columns > 1 ? kind.columns : nil)
        var opened = try file.open(seed: seed, for: kind, world)
        if !isTold, remembered != nil { opened.meaning += ", read as the training data" }
        // The caller refuses cases of another size, in words of its own.
        guard let standardization = model.standardization,
            opened.cases.visible == first.visibleCount
        else { return opened }
        opened.cases = StandardizedCases(opened.cases, standardization)
        return opened
    }
}

/// Says how many values are missing, if any.
private func lackText(_ missing: Int) -> [String] {
    missing == 0 ? [] : ["\(missing) missing values, drawn given the others"]
}

extension ArrayFile {
    /// Tells the contents from others of the same shape: by a checksum of up to 64 cases.
    func digest() throws(StorageError) -> String {
        "\(elementType) \(shape), checksum \(String(try sampleChecksum(), radix: 16))"
    }
}

/// Collective.
///
/// Returns what tells the contents of a file from others of the same shape.
///
/// Fails when some ranks see another file under the same path, as happens when each host has a folder
/// of its own or an old copy.
private func sharedDigest(
    of file: ArrayFile, _ world: borrowing Communicator
) throws -> String {
    let digest = try world.together { () throws in try file.digest() }
    guard let difference = try world.disagreement(on: "\(digest), \(file.bytes) bytes") else {
        return digest
    }
    throw SharedFailure(
        exitCode: ExitStatus.badFile,
        "\(file.path): the ranks see different files under this path. Copy one file to all hosts, "
            + "or name one that all of them share:\n" + difference)
}

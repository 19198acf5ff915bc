public import Configuration
public import RBMCore
public import Storage

/// What the values of a file mean, and why.
///
/// The values decide where nobody said what they are. All 0 or 1 are bits, which nothing thresholds or
/// draws; all −1 or +1 are spins. Whole numbers of an integer type are grey: with 255 as white if they
/// reach beyond 127, else with the largest of them. Floating-point numbers are real. Gaussian units take
/// all of them as real numbers, and bytes of pictures over 255.
public struct DataReading: Sendable, Equatable {
    /// How the values become bytes.
    public let values: CaseValues
    /// What the values were taken for.
    public let kind: ConfiguredValues
    /// How they become bits, if they must.
    public let binarize: ConfiguredBinarization
    /// The grey value that is white; nil where values are not grey.
    public let maximum: Double?
    /// The decision in words for people.
    public let meaning: String
    /// What a reader should look at, because the values could mean something else.
    public let warnings: [String]

    /// Decides how to read a file.
    ///
    /// - Parameters:
    ///   - wish: What was said of the file.
    ///   - taker: The kind of the units that take the values.
    ///   - census: Of all values of the file.
    ///
    /// Throws `badFile` for values that the units cannot take.
    public init(
        of file: ArrayFile, asked wish: DataFile, for taker: any UnitKind = .bernoulli,
        _ census: ValueCensus
    ) throws(StorageError) {
        let reader = Reader(
            file: file, census: census, wish: wish.values ?? .auto,
            binarize: wish.binarize ?? .none, maximum: wish.maximum)
        try reader.checkFinite()
        self =
            taker.stateEncoding == .float32 ? try reader.realReading() : try reader.bitReading()
    }

    fileprivate init(
        _ values: CaseValues, _ kind: ConfiguredValues, _ meaning: String,
        binarize: ConfiguredBinarization = .none, maximum: Double? = nil, warnings: [String] = []
    ) {
        self.values = values
        self.kind = kind
        self.binarize = binarize
        self.maximum = maximum
        self.meaning = meaning
        self.warnings = warnings
    }
}

/// A file whose values are looked at.
private struct Reader {
    let file: ArrayFile
    let census: ValueCensus
    let wish: ConfiguredValues
    let binarize: ConfiguredBinarization
    let maximum: Double?

    /// The type and the range of the values, as `uint8 of 0 to 16`.
    private var found: String {
        "\(file.elementType) of \(number(census.smallest)) to \(number(census.largest))"
    }

    func checkFinite() throws(StorageError) {
        if census.hasNotFinite {
            throw dataFault(
                file.path,
                "case \(census.firstNotFinite) holds a value that is "
                    + (census.lacksValues
                        ? "infinite as float32; remove or replace such cases"
                        : "not a number, or infinite as float32; remove or replace such cases. If "
                            + "these values are not known, a training takes them with "
                            + "`data.missing: sample`"))
        }
        guard census.smallest > census.largest, census.lacksValues else { return }
        throw dataFault(file.path, "holds no value that is not missing")
    }

    // MARK: Real numbers

    /// Decides what the values mean as real numbers.
    func realReading() throws(StorageError) -> DataReading {
        guard binarize == .none else {
            throw dataFault(
                file.path, "is wanted as real numbers by gaussian units; leave `binarize` out")
        }
        // Bytes of a table are numbers, those of other files are pictures.
        let isPicture = file.elementType == .uint8 && file.format != .text
        switch wish {
        case .auto where isPicture, .grey where isPicture:
            let white = maximum ?? 255
            try checkWhite(white)
            return DataReading(
                .real(divisor: Float(white)), .grey, "grey values in [0, 1]", maximum: white)
        case .real, .auto:
            return DataReading(.real(divisor: 1), .real, "real numbers")
        case .grey:
            let white = try white()
            return DataReading(
                .real(divisor: Float(white)), .grey, "grey values in [0, 1]", maximum: white)
        case .bits, .spins, .categories:
            throw dataFault(
                file.path,
                "was opened as \(wish.rawValue), but the visible units are gaussian; use `values: "
                    + "real`")
        }
    }

    // MARK: Units of few states

    /// Decides what the values mean for units that take bits or grey values.
    func bitReading() throws(StorageError) -> DataReading {
        guard binarize == .none else { return try binarizedReading() }
        switch resolved {
        case .bits, .auto:
            guard census.isBits || file.elementType == .bool else {
                throw dataFault(
                    file.path,
                    "holds values other than 0 and 1, but was opened as bits; "
                        + "use `binarize: threshold`, or `values: grey`")
            }
            return DataReading(.bits, .bits, "bits")
        case .spins:
            guard census.isSigns || census.isBits else {
                throw dataFault(
                    file.path,
                    "holds values other than −1 and +1 (or 0 and 1), but was opened as spins; "
                        + "use `binarize: threshold`")
            }
            return DataReading(.bits, .spins, "spins")
        case .grey:
            let white = try white()
            return DataReading(
                .grey(white: Float(white)), .grey, "grey values in 127 steps" + whiteText(white),
                maximum: white, warnings: warnings(white))
        case .categories: preconditionFailure("states are opened elsewhere")
        case .real:
            throw dataFault(
                file.path,
                "holds real numbers (\(file.elementType)), which need gaussian visible units, or the "
                    + "linear output of an auto-encoder. "
                    + (census.areWhole && census.smallest >= 0 && census.largest <= 255
                        ? "They are whole and at most 255: `values: grey` takes them for pictures"
                        : "Values in [0, 1] can be read with `values: grey` or a `binarize`"))
        }
    }

    /// Decides how grey values become bits; bits are left alone.
    private func binarizedReading() throws(StorageError) -> DataReading {
        if census.isBits || file.elementType == .bool {
            return DataReading(.bits, .bits, "bits, which need no `binarize`")
        }
        let white = try white()
        let (values, words): (CaseValues, String) =
            switch binarize {
            case .threshold: (.threshold(white: Float(white)), "thresholded at one half")
            case .sampleOnce:
                (.sampledOnce(white: Float(white)), "bits drawn once from the grey values")
            case .sample, .none: (.sampled(white: Float(white)), "bits drawn from the grey values")
            }
        return DataReading(
            values, .grey, words + whiteText(white), binarize: binarize, maximum: white,
            warnings: warnings(white))
    }

    /// What `auto` means for the file; any other choice stays as it is.
    private var resolved: ConfiguredValues {
        guard wish == .auto else { return wish }
        if census.isBits || file.elementType == .bool { return .bits }
        if census.isSigns { return .spins }
        return file.elementType.isFloating && file.format != .text ? .real : .grey
    }

    // MARK: White

    /// The value that is white.
    private func white() throws(StorageError) -> Double {
        if let maximum {
            try checkWhite(maximum)
            return maximum
        }
        let largest = census.largest
        if largest <= 1 || !census.areWhole {
            try checkWhite(1)
            return 1
        }
        try checkWhite(255)
        return largest > 127 ? 255 : largest
    }

    /// Checks that all values lie between black and white.
    private func checkWhite(_ white: Double) throws(StorageError) {
        guard census.smallest < 0 || census.largest > white else { return }
        guard maximum == nil else {
            let wrong = census.smallest < 0 ? census.smallest : census.largest
            throw dataFault(
                file.path,
                "holds \(number(wrong)), but with a maximum of \(number(white)) grey values lie in "
                    + "[0, \(number(white))]; correct `data.maximum` or the file")
        }
        if census.areWhole, white != 1 {
            throw dataFault(
                file.path,
                "holds \(found); grey values of pictures are 0 to 255. "
                    + (census.smallest < 0
                        ? "Scale the data first, or use gaussian visible units"
                        : "Give the value of white as `data.maximum`, or say with `values` what "
                            + "they are"))
        }
        let example =
            census.hasOther
            ? "case \(census.firstOther.case) holds \(census.firstOther.value)"
            : "a case holds −1"
        throw dataFault(
            file.path, "\(example), but grey values lie in [0, 1]; scale the data first")
    }

    /// Says what is white where it is not what people expect.
    private func whiteText(_ white: Double) -> String {
        white == 1 || white == 255 ? "" : " (\(found), with \(number(white)) as white)"
    }

    private func warnings(_ white: Double) -> [String] {
        var warnings: [String] = []
        if maximum == nil, white != 1, white != 255 {
            warnings.append(
                "\(file.path): \(found) are taken as grey with \(number(white)) as white. Are they "
                    + "counts or categories? Say what they are with `data.values` or `data.maximum`"
            )
        }
        if file.caseElements == 1, file.elementType == .uint8, !census.isBits {
            warnings.append(
                "\(file.path): each case is a single number. Is this a file of labels?")
        }
        return warnings
    }
}

/// A number without a fraction if it has none.
private func number(_ value: Double) -> String {
    Int(exactly: value).map { "\($0)" } ?? "\(Float(value))"
}

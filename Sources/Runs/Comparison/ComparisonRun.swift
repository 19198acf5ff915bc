import Analysis
import Configuration
public import Datasets
public import Ranks
import RandomStreams
import RBMCore
import Reports
import Storage

/// Compares samples with the data that they should look like, for `wilson compare`.
public struct ComparisonRun {
    private let a: DataFile
    private let b: DataFile
    private let train: DataFile?
    private let test: DataFile?
    private let triples: Int

    /// The most cases of a set whose neighbours are sought.
    static let mostNeighbours = 10_000
    /// The most units whose covariances are taken: their sums take 8 bytes a pair, three times.
    static let mostUnits = 8192
    /// The most units whose covariance is decomposed.
    static let mostDecomposed = 2048
    /// How many eigenvalues are told.
    static let directions = 10
    static let seed: UInt64 = 1

    /// Creates the run.
    ///
    /// - Parameters:
    ///   - train: What the machine learned from, for adversarial accuracy; nil for `a`.
    ///   - test: Cases that it did not learn from; nil for none.
    ///   - triples: How many random triples of units are compared.
    public init(
        a: DataFile, b: DataFile, train: DataFile? = nil, test: DataFile? = nil, triples: Int
    ) {
        self.a = a
        self.b = b
        self.train = train
        self.test = test
        self.triples = triples
    }

    /// Collective.
    ///
    /// Compares; the same report on all ranks.
    public func run(_ world: borrowing Communicator) throws -> Comparison {
        let states = a.values == .categories ? try states(world) : nil
        let taker: any UnitKind
        if let states {
            taker = Categorical(states: states)
        } else {
            let areReal = try [a, b, train, test].map {
                try $0.map { try isReal($0, world) } ?? false
            }
            taker = if areReal.contains(true) { .gaussian } else { .bernoulli }
        }
        let first = try a.counting(states).open(seed: Self.seed, for: taker, world)
        func open(_ file: DataFile) throws -> OpenedCases {
            let opened = try alike(file, first, world).counting(states)
                .open(seed: Self.seed, for: taker, world)
            guard opened.cases.visible == first.cases.visible else {
                throw SharedFailure(
                    exitCode: ExitStatus.badFile,
                    "\(file.path): its cases have the shape \(opened.shape), those of \(a.path) "
                        + "\(first.shape); they must have as many values")
            }
            return opened
        }
        let second = try open(b)
        let units = first.cases.visible
        guard units <= Self.mostUnits else {
            throw SharedFailure(
                exitCode: ExitStatus.badFile,
                "\(a.path): cases of \(units) values have more pairs than are compared; at most "
                    + "\(Self.mostUnits) values are")
        }
        let triples = randomTriples(of: units)

        let parts = SubsetCases.divide(first.cases, heldOut: 0.5, seed: Self.seed)
        var sums = try self.sums(of: parts.training, a.path, triples, world)
        let half = sums
        let other = try parts.heldOut.map { try self.sums(of: $0, a.path, triples, world) }
        if let other { sums.add(other) }
        func moments(_ sums: SetSums, _ opened: OpenedCases) -> SetMoments {
            sums.moments(unit: Double(opened.cases.encoding.maximum), triples: triples)
        }
        let ofA = moments(sums, first)
        let ofB = moments(try self.sums(of: second.cases, b.path, triples, world), second)
        let found = Agreements(ofA, ofB)
        let halves = other.map { Agreements(moments(half, first), moments($0, first)) }

        let spectra = try spectra(ofA, ofB)
        let nearest = try neighbours(
            samples: second, truth: try train.map { try open($0) } ?? first,
            test: try test.map { try open($0) }, world)
        return Comparison(
            a: a.path, b: b.path, casesA: first.cases.count, casesB: second.cases.count,
            units: units, meanPearson: found.means.pearson, meanRmse: found.means.rmse,
            pairPearson: found.pairs.pearson, pairSlope: found.pairs.slope,
            pairRmse: found.pairs.rmse, triplePearson: found.thirds?.pearson,
            tripleRmse: found.thirds?.rmse, triples: triples.count,
            halves: halves.map {
                Comparison.Halves(
                    meanPearson: $0.means.pearson, meanRmse: $0.means.rmse,
                    pairPearson: $0.pairs.pearson, pairSlope: $0.pairs.slope,
                    pairRmse: $0.pairs.rmse, triplePearson: $0.thirds?.pearson)
            },
            spectrumA: spectra?.a, spectrumB: spectra?.b, varianceAlongA: spectra?.along,
            aatsTrain: nearest.train, aatsTest: nearest.test,
            privacyLoss: nearest.test.flatMap { test in nearest.train.map { test - $0 } },
            nearestTrainTrain: nearest.medians[0], nearestSampleSample: nearest.medians[1],
            nearestSampleTrain: nearest.medians[2], neighbours: nearest.count,
            heading: [
                "A      \(a.path): \(first.cases.count) cases of \(shapeText(first.shape)), "
                    + first.meaning,
                "B      \(b.path): \(second.cases.count) cases of \(shapeText(second.shape)), "
                    + second.meaning,
            ])
    }

    // MARK: Files

    /// Collective.
    ///
    /// Whether the values of a file are real numbers, and no bits, signs or grey values.
    private func isReal(_ file: DataFile, _ world: borrowing Communicator) throws -> Bool {
        guard file.values == nil, file.binarize == nil else { return file.values == .real }
        let array = try openArray(file.path, world)
        guard array.elementType.isFloating else { return false }
        let census = try ValueCensus.take(array, world)
        return !census.isBits && !census.isSigns
    }

    /// Collective.
    ///
    /// How many states categories have: one more than the largest number of all files.
    private func states(_ world: borrowing Communicator) throws -> Int {
        var largest = 0.0
        for file in [a, b, train, test].compactMap({ $0 }) {
            let array = try openArray(file.path, world)
            largest = max(largest, try ValueCensus.take(array, world).largest)
        }
        // Whoever opens the files says what is wrong with values beyond these.
        let allowed = Categorical.allowedStates
        return max(Int(min(largest, Double(allowed.upperBound - 1))) + 1, allowed.lowerBound)
    }

    /// Collective.
    ///
    /// How another file is read like the first: bits are bits, and grey values have the same white.
    private func alike(
        _ file: DataFile, _ first: OpenedCases, _ world: borrowing Communicator
    ) throws -> DataFile {
        guard file.values == nil, file.binarize == nil, let reading = first.reading else {
            return file
        }
        let array = try openArray(file.path, world)
        let census = try ValueCensus.take(array, world)
        guard !census.isBits, !census.isSigns, reading.kind == .grey else { return file }
        return DataFile(
            file.path, values: reading.kind, binarize: reading.binarize, maximum: reading.maximum)
    }

    // MARK: Parts

    /// Triples of different units.
    private func randomTriples(of units: Int) -> [[Int]] {
        guard units > 2 else { return [] }
        let stream = RandomStream(seed: Self.seed, .comparison)
        return (0..<triples).map { number in
            // The second and the third unit are counted among those that are left.
            let draws = (0..<3).map { slot in
                Int((UInt64(stream.word(row: number, unit: slot)) * UInt64(units - slot)) >> 32)
            }
            var chosen: [Int] = []
            for draw in draws {
                chosen.append(chosen.sorted().reduce(draw) { $1 <= $0 ? $0 + 1 : $0 })
            }
            return chosen
        }
    }

    /// Collective.
    private func sums(
        of source: any CaseSource, _ path: String, _ triples: [[Int]],
        _ world: borrowing Communicator
    ) throws -> SetSums {
        guard let sums = try SetSums(of: source, triples: triples, world) else {
            throw SharedFailure(
                exitCode: ExitStatus.badFile,
                "\(path): its values are too large to be added up; divide them by a power of ten")
        }
        return sums
    }

    private struct Agreements {
        let means: Agreement
        let pairs: Agreement
        let thirds: Agreement?

        init(_ a: SetMoments, _ b: SetMoments) {
            means = Agreement(a.means, b.means)
            pairs = Agreement(a.pairs, b.pairs)
            thirds = a.thirds.isEmpty ? nil : Agreement(a.thirds, b.thirds)
        }
    }

    /// The largest eigenvalues of both covariances, and B's variance along A's directions.
    private func spectra(
        _ a: SetMoments, _ b: SetMoments
    ) throws -> (a: [Double], b: [Double], along: [Double])? {
        let units = a.means.count
        guard units <= Self.mostDecomposed else { return nil }
        let (inA, inB) = (
            Matrix(rows: units, columns: units, elements: a.covariance),
            Matrix(rows: units, columns: units, elements: b.covariance)
        )
        // Of a symmetric matrix without negative eigenvalues they are the singular values.
        let (ofA, ofB) = (
            try inA.singularValueDecomposition(), try inB.singularValueDecomposition()
        )
        let count = min(Self.directions, units)
        let along = (0..<count).map { number in
            let direction = (0..<units).map { ofA.vt[number, $0] }
            return (0..<units).reduce(0.0) { sum, i in
                sum + direction[i]
                    * (0..<units).reduce(0.0) { $0 + inB[i, $1] * direction[$1] }
            }
        }
        return (Array(ofA.values.prefix(count)), Array(ofB.values.prefix(count)), along)
    }

    /// Collective.
    ///
    /// Adversarial accuracies, and median distances within the truth, within the samples, and between.
    private func neighbours(
        samples: OpenedCases, truth: OpenedCases, test: OpenedCases?,
        _ world: borrowing Communicator
    ) throws -> (train: Double?, test: Double?, medians: [Double?], count: Int) {
        let sets = [samples, truth] + (test.map { [$0] } ?? [])
        let count = min(Self.mostNeighbours, sets.map(\.cases.count).min() ?? 0)
        guard count > 1 else { return (nil, nil, [nil, nil, nil], count) }
        // All are brought to one unit, that of the finest encoding.
        let unit = sets.map { Double($0.cases.encoding.maximum) }.max() ?? 1
        let found = try world.together {
            try sets.map { set in
                try NearestNeighbours(
                    some(count, of: set.cases),
                    times: Float(unit / Double(set.cases.encoding.maximum)))
            }
        }
        let train = try AdversarialAccuracy(truth: found[1], samples: found[0], world)
        let other =
            found.count == 3
            ? try AdversarialAccuracy(
                truth: found[2], samples: found[0], withinSamples: train.withinSamples, world)
            : nil
        let medians = [train.withinTruth, train.withinSamples, train.toTruth].map { squares in
            squares.sorted()[squares.count / 2].squareRoot() / unit
        }
        return (train.value, other?.value, medians, count)
    }

    /// As many cases, chosen by key.
    private func some(_ count: Int, of source: any CaseSource) -> any CaseSource {
        guard count < source.count else { return source }
        let fraction = (Double(count) + 0.5) / Double(source.count)
        return SubsetCases.divide(source, heldOut: fraction, seed: Self.seed).heldOut ?? source
    }
}

extension DataFile {
    /// Returns the file of categories of so many states; nil leaves it as it is.
    fileprivate func counting(_ states: Int?) -> DataFile {
        states.map { DataFile(path, values: values, binarize: binarize, categories: $0) } ?? self
    }
}

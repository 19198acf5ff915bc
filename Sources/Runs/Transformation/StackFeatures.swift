import RBMCore

/// What the hidden units of a layer make of cases, as the bytes of an NPY file.
struct StackFeatures {
    /// The layers up to the one whose units are written.
    private let layers: [any Machine]
    private let source: any CaseSource
    /// The seed of states; nil for means.
    private let seed: UInt64?

    /// Cases that are loaded at a time.
    private static let loadedCases = 256

    /// Creates the view of a source that fits the layers, of which the last one's units are written.
    ///
    /// - Parameter seed: The seed of the states to draw; nil for means.
    init(_ layers: [any Machine], of source: any CaseSource, drawnWith seed: UInt64?) {
        self.layers = layers
        self.source = source
        self.seed = seed
    }

    /// The columns of each hidden unit: of a categorical one there is a mean for each state.
    private var columns: Int { top.hiddenUnits.columns }

    private var top: any Machine { layers[layers.count - 1] }

    /// How many numbers a case has: a mean for each column of the hidden units, or a state for each
    /// unit.
    var width: Int { top.hiddenCount / (seed == nil ? 1 : columns) }

    /// How many bytes a case has: four for each mean, or one for each state.
    var bytesPerCase: Int { width * (seed == nil ? MemoryLayout<Float>.size : 1) }

    /// Returns the features of some cases, one after the other.
    ///
    /// - Parameter progress: Receives how many are done.
    func bytes(of cases: Range<Int>, progress: (Int) -> Void) throws -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(cases.count * bytesPerCase)
        var loaded = [UInt8](
            repeating: 0, count: min(Self.loadedCases, cases.count) * source.caseBytes)
        var visible = [Double](repeating: 0, count: source.visible)
        for start in stride(from: cases.lowerBound, to: cases.upperBound, by: Self.loadedCases) {
            let numbers = Array(start..<min(start + Self.loadedCases, cases.upperBound))
            try source.load(numbers, draw: 0, into: &loaded)
            var values: [Double] = []
            values.reserveCapacity(numbers.count * source.visible)
            for row in numbers.indices {
                readValues(
                    of: layers[0].visibleUnits, stored: source.encoding, loaded.span, row: row,
                    into: &visible)
                values += visible
            }
            append(values, cases: numbers, to: &result)
            progress(numbers[numbers.count - 1] + 1 - cases.lowerBound)
        }
        return result
    }

    private func append(_ values: [Double], cases numbers: [Int], to result: inout [UInt8]) {
        let pass = UpwardPass(layers)
        if let seed {
            let states = pass.hiddenStates(givenRows: values, cases: numbers, seed: seed)
            result += columns > 1 ? stateNumbers(states, columns: columns) : states
        } else {
            let means = pass.hiddenMeans(givenRows: values).map(Float.init)
            unsafe means.withUnsafeBytes { unsafe result.append(contentsOf: $0) }
        }
    }
}

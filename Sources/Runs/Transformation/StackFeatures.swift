import RBMCore

/// What the hidden units of a layer make of cases, as the bytes of an NPY file.
struct StackFeatures {
    private let stack: DBN
    private let layer: Int
    private let source: any CaseSource
    /// The seed of states; nil for means.
    private let seed: UInt64?

    /// Cases that are loaded at a time.
    private static let loadedCases = 256

    /// Creates the view of a source that fits the stack.
    ///
    /// - Parameter seed: The seed of the states to draw; nil for means.
    init(_ stack: DBN, layer: Int, of source: any CaseSource, drawnWith seed: UInt64?) {
        self.stack = stack
        self.layer = layer
        self.source = source
        self.seed = seed
    }

    /// The columns of each hidden unit: of a categorical one there is a mean for each state.
    private var columns: Int { stack.layers[layer].hiddenUnits.columns }

    /// How many numbers a case has: a mean for each column of the hidden units, or a state for each
    /// unit.
    var width: Int { stack.layers[layer].hiddenCount / (seed == nil ? 1 : columns) }

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
            for (row, number) in numbers.enumerated() {
                readValues(
                    of: stack.layers[0].visibleUnits, stored: source.encoding, loaded.span,
                    row: row,
                    into: &visible)
                append(visible, case: number, to: &result)
            }
            progress(numbers[numbers.count - 1] + 1 - cases.lowerBound)
        }
        return result
    }

    private func append(_ visible: [Double], case number: Int, to result: inout [UInt8]) {
        if let seed {
            let states = stack.hiddenStates(
                ofLayer: layer, given: visible, case: number, seed: seed)
            result += columns > 1 ? stateNumbers(states, columns: columns) : states
        } else {
            let means = stack.hiddenMeans(ofLayer: layer, given: visible).map(Float.init)
            unsafe means.withUnsafeBytes { unsafe result.append(contentsOf: $0) }
        }
    }
}

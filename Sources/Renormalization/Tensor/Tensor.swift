import Analysis

/// A dense tensor of doubles that is even under the flip of all spins.
///
/// Elements are stored in rows, with the first leg slowest. Elements of odd total parity are zero, and
/// contractions skip them: as a matrix such a tensor falls into two blocks, each with half of the rows
/// and half of the columns.
struct Tensor: Sendable {
    let legs: [Bond]
    /// The elements, shape `legs`.
    private(set) var values: [Double]

    /// Takes elements in the order of the legs.
    init(legs: [Bond], values: [Double]) {
        let count = legs.reduce(1) { $0 * $1.dimension }
        precondition(values.count == count, "\(values.count) elements for a shape of \(count)")
        self.legs = legs
        self.values = values
    }

    /// Takes the elements of a matrix whose rows and columns are these legs, fused.
    init(_ matrix: ParityMatrix, rows: [Bond], columns: [Bond]) {
        let legs = rows + columns
        self.init(
            legs: legs, values: Array(repeating: 0, count: legs.reduce(1) { $0 * $1.dimension }))
        let rowPlaces = places(of: Array(0..<rows.count))
        let columnPlaces = places(of: Array(rows.count..<legs.count))
        for parity in 0..<2 {
            scatter(
                matrix.blocks[parity].elements, rowPlaces[parity], columnPlaces[parity],
                into: &values)
        }
    }

    /// Returns the tensor as a matrix.
    ///
    /// - Parameters:
    ///   - rows: The places in `legs` of the legs that become rows, the first one slowest.
    ///   - columns: Likewise those that become columns.
    func matrix(rows: [Int], columns: [Int]) -> ParityMatrix {
        let rowPlaces = places(of: rows)
        let columnPlaces = places(of: columns)
        return ParityMatrix(
            blocks: zip(rowPlaces, columnPlaces).map { rows, columns in
                Matrix(
                    rows: rows.count, columns: columns.count,
                    elements: gather(values, rows, columns))
            })
    }

    /// Returns the sum over pairs of equal legs; its legs are the free legs of this tensor and then those of
    /// the other.
    func contracted(over inner: [Int], with other: Tensor, over otherInner: [Int]) -> Tensor {
        let free = legs.indices.filter { !inner.contains($0) }
        let otherFree = other.legs.indices.filter { !otherInner.contains($0) }
        precondition(
            inner.map { legs[$0] } == otherInner.map { other.legs[$0] }, "legs do not match")
        let product =
            matrix(rows: free, columns: inner)
            * other.matrix(rows: otherInner, columns: otherFree)
        return Tensor(
            product, rows: free.map { legs[$0] }, columns: otherFree.map { other.legs[$0] })
    }

    /// Returns the tensor with its legs in another order, in which leg i is the one that was `order[i]`.
    func permuted(_ order: [Int]) -> Tensor {
        let half = order.count / 2
        let rows = Array(order[..<half])
        let columns = Array(order[half...])
        return Tensor(
            matrix(rows: rows, columns: columns),
            rows: rows.map { legs[$0] }, columns: columns.map { legs[$0] })
    }

    /// Returns the tensor with each element multiplied by a weight for the state of one leg.
    func scaled(_ leg: Int, by weights: [Double]) -> Tensor {
        precondition(
            weights.count == legs[leg].dimension,
            "\(weights.count) weights for \(legs[leg].dimension) states")
        var result = self
        let inner = legs[(leg + 1)...].reduce(1) { $0 * $1.dimension }
        scaleRows(of: &result.values, length: inner, by: weights)
        return result
    }

    /// Divides by the largest magnitude, and returns that.
    mutating func normalize() -> Double {
        let largest = values.reduce(0) { max($0, $1.magnitude) }
        precondition(largest > 0 && largest.isFinite, "a tensor of magnitude \(largest)")
        let factor = 1 / largest
        for i in values.indices { values[i] *= factor }
        return largest
    }

    /// The number of elements between neighbours along each leg.
    private var strides: [Int] {
        var strides = Array(repeating: 1, count: legs.count)
        for i in legs.indices.dropLast().reversed() {
            strides[i] = strides[i + 1] * legs[i + 1].dimension
        }
        return strides
    }

    /// Returns the offsets of all combinations of states of some legs, the first leg slowest: first those
    /// of the even combinations, then those of the odd ones.
    private func places(of axes: [Int]) -> [[Int]] {
        let strides = strides
        var places: [(offset: Int, parity: Int)] = [(0, 0)]
        for axis in axes {
            places = places.flatMap { place in
                (0..<legs[axis].dimension).map {
                    (place.offset + $0 * strides[axis], place.parity ^ legs[axis].parity($0))
                }
            }
        }
        return (0..<2).map { parity in
            places.filter { $0.parity == parity }.map(\.offset)
        }
    }
}

/// Returns the elements at the sum of a row's and a column's offset, shape `[rows, columns]`.
private func gather(_ values: [Double], _ rows: [Int], _ columns: [Int]) -> [Double] {
    var block = [Double](repeating: 0, count: rows.count * columns.count)
    let values = values.span
    let columns = columns.span
    var target = block.mutableSpan
    for (row, offset) in rows.enumerated() {
        let start = row * columns.count
        for column in columns.indices {
            target[start + column] = values[offset + columns[column]]
        }
    }
    return block
}

/// Writes a block of shape `[rows, columns]` to the sum of a row's and a column's offset.
private func scatter(
    _ block: [Double], _ rows: [Int], _ columns: [Int], into values: inout [Double]
) {
    let block = block.span
    let columns = columns.span
    var values = values.mutableSpan
    for (row, offset) in rows.enumerated() {
        let start = row * columns.count
        for column in columns.indices {
            values[offset + columns[column]] = block[start + column]
        }
    }
}

/// Multiplies successive runs of `length` elements by successive weights, over and over.
private func scaleRows(of values: inout [Double], length: Int, by weights: [Double]) {
    let weights = weights.span
    var values = values.mutableSpan
    var start = 0
    while start < values.count {
        for weight in weights.indices {
            for i in start..<(start + length) { values[i] *= weights[weight] }
            start += length
        }
    }
}

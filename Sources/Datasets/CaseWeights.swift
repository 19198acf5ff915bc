import DistributedTraining
public import Ranks
import RBMCore
import Storage

extension LayerData {
    /// Collective.
    ///
    /// Weighs the training cases, and those that were set aside from them, by the numbers of a file.
    ///
    /// - Parameters:
    ///   - count: How many cases the training file has.
    ///   - weighsHeldOut: Whether the held-out cases are some of the training file.
    func weighted(
        by path: String, count: Int, weighsHeldOut: Bool, seed: UInt64,
        _ world: borrowing Communicator
    ) throws -> LayerData {
        let training = training
        let heldOut = heldOut
        try world.checkMemory(forData: path)
        return try world.together { () throws -> LayerData in
            let weights = try caseWeights(path, count: count, of: "`data.train`")
            func weigh(_ source: any CaseSource, _ name: String) throws -> any CaseSource {
                let part = (source as? SubsetCases).map { part in
                    (0..<part.count).map { weights[part.number(inSource: $0)] }
                }
                return try weighedCases(
                    source, by: part ?? weights, of: path, name: name, seed: seed)
            }
            return LayerData(
                training: try weigh(training, "training"),
                heldOut: weighsHeldOut
                    ? try heldOut.map { try weigh($0, "held-out") } : heldOut)
        }
    }
}

extension OpenedCases {
    /// Collective.
    ///
    /// Weighs the cases by the numbers of a file.
    ///
    /// - Parameter name: What the cases are, in words for people.
    public func weighted(
        by path: String, name: String, seed: UInt64, _ world: borrowing Communicator
    ) throws -> OpenedCases {
        var result = self
        let cases = cases
        try world.checkMemory(forData: path)
        result.cases = try world.together {
            let weights = try caseWeights(path, count: cases.count, of: name)
            return try weighedCases(cases, by: weights, of: path, name: name, seed: seed)
        }
        result.meaning += ", weighted"
        return result
    }
}

extension OpenedCases {
    /// Collective.
    ///
    /// Weighs cases of which each is measured by itself by the numbers of a file.
    ///
    /// - Returns: Cases that are repeated, where the numbers are whole. Else the cases as they are, and
    ///   the factor of each: its weight over the mean weight.
    public func measured(
        by path: String, name: String, seed: UInt64, _ world: borrowing Communicator
    ) throws -> (cases: OpenedCases, factors: [Double]?) {
        var result = try weighted(by: path, name: name, seed: seed, world)
        guard let found = result.cases.withFactors else { return (result, nil) }
        result.cases = found.cases
        return (result, found.factors)
    }
}

/// Weighs cases by the numbers of a file.
private func weighedCases(
    _ source: any CaseSource, by weights: [Double], of path: String, name: String, seed: UInt64
) throws -> any CaseSource {
    guard let cases = WeightedCases(source, weights: weights, seed: seed) else {
        throw dataFault(
            path,
            "gives the \(name) cases a sum of weights of \(weights.reduce(0, +)); expected more than "
                + "0, and of whole numbers less than 2³²")
    }
    return cases
}

/// Reads one weight a case.
///
/// - Parameter name: What has the cases, in words for people.
private func caseWeights(
    _ path: String, count: Int, of name: String
) throws(StorageError) -> [Double] {
    let file = try ArrayFile(path: path)
    let numbers = file.cases * file.caseElements
    // A line of numbers is one case of many to a text file.
    guard numbers == count, file.caseElements == 1 || file.cases == 1 else {
        throw dataFault(
            path,
            "has the shape \(file.shape); expected one weight for each of the \(count) cases of "
                + name)
    }
    try checkRoom(for: 8 * count, of: path)
    var weights: [Double] = []
    var row = [Double](repeating: 0, count: file.caseElements)
    for number in 0..<file.cases {
        var span = row.mutableSpan
        try file.copyDoubles(case: number, into: &span)
        weights += row
    }
    if let wrong = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
        throw dataFault(
            path, "weight \(wrong) is \(weights[wrong]); expected numbers of 0 or more")
    }
    return weights
}

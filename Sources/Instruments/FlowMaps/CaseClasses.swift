import Datasets
import Ranks
import Storage

/// Collective.
///
/// Reads the class of each of some cases: a whole number from 0, or −1 where it is not known.
///
/// - Throws: The same failure on all ranks: for a file of another shape, or with other numbers.
func readClasses(
    _ path: String, count: Int, _ world: borrowing Communicator
) throws -> [Int?] {
    let file = try openArray(path, world)
    return try world.together { try classes(of: file, path, count: count) }
}

private func classes(of file: ArrayFile, _ path: String, count: Int) throws -> [Int?] {
    guard file.caseElements == 1, file.cases >= count else {
        throw dataFault(
            path,
            "has the shape \(file.shape); expected one class for each of \(count) cases")
    }
    var value = [0.0]
    return try (0..<count).map { place in
        var span = value.mutableSpan
        try file.copyDoubles(case: place, into: &span)
        let value = span[0]
        guard value.rounded() == value, value >= -1, value < 10_000 else {
            throw dataFault(
                path,
                "case \(place) has the class \(value); expected a whole number from 0, or −1 for "
                    + "none")
        }
        return value < 0 ? nil : Int(value)
    }
}

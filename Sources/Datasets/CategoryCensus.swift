import Ranks
import Storage

/// Which states of categorical units a data file holds.
struct CategoryCensus: Equatable {
    /// The largest state; −1 where there is none.
    private(set) var largest = -1
    /// The first case with a value that is not one of the states, and the value.
    private(set) var firstOther = (case: Int.max, value: 0.0)

    /// How many values are missing, where they may be.
    private(set) var missing = 0

    /// How many states a unit may have at most.
    let limit: Int

    /// Creates the census before any value.
    ///
    /// - Parameter limit: The states are the whole numbers from 0 to below it.
    init(limit: Int) { self.limit = limit }

    static func == (a: Self, b: Self) -> Bool {
        a.largest == b.largest && a.limit == b.limit && a.firstOther == b.firstOther
    }

    mutating func add(_ value: Float, case number: Int) {
        guard let state = Int(exactly: value), (0..<limit).contains(state) else {
            if number < firstOther.case { firstOther = (number, Double(value)) }
            return
        }
        largest = max(largest, state)
    }

    /// Collective.
    ///
    /// Looks at every value of a file, each rank at its share; all ranks get the same census.
    ///
    /// - Parameter takesMissing: Whether a value that is not a number is one that is missing.
    static func take(
        _ file: ArrayFile, limit: Int, takingMissing takesMissing: Bool = false,
        _ world: borrowing Communicator
    ) throws -> CategoryCensus {
        let share = world.share(of: file.cases)
        var census = try world.together { () throws -> CategoryCensus in
            var census = CategoryCensus(limit: limit)
            var floats = [Float](repeating: 0, count: file.caseElements)
            for number in share {
                var span = floats.mutableSpan
                try file.copyFloats(case: number, into: &span)
                for value in floats {
                    if takesMissing, value.isNaN {
                        census.missing += 1
                    } else {
                        census.add(value, case: number)
                    }
                }
            }
            return census
        }
        census.largest = -Int(try world.minimum(Int64(-census.largest)))
        var missing = [Int64(census.missing)]
        try world.sum(&missing)
        census.missing = Int(missing[0])
        let own = census.firstOther
        let first = Int(try world.minimum(Int64(own.case)))
        // A value that is not a number makes the sum not a number on all ranks, as it should.
        var value = [first == own.case && first < Int.max ? own.value : 0]
        try world.sum(&value)
        census.firstOther = (first, value[0])
        return census
    }
}

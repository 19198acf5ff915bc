/// What a process that holds a part of the hidden units tells the others at the end of an update.
///
/// All is in one message, because each exchange waits for the slowest process.
struct UpdateMessage {
    /// Whether the changes of its columns are finite numbers.
    let isFinite: Bool
    /// Whether it has a wish, to which whoever trains gives a meaning.
    let isWished: Bool
    /// What its rounded weights ask of the scale; the same number of values on all processes.
    let bounds: [Int32]
    /// What gradient terms have summed over its columns; likewise.
    let hiddenSums: [Double]

    /// The messages of all processes, each as many values.
    func exchange(with group: any HiddenGroup) -> [UpdateMessage] {
        var own: [Int32] = [isFinite ? 1 : 0, isWished ? 1 : 0]
        own.reserveCapacity(own.count + bounds.count + 2 * hiddenSums.count)
        own += bounds
        for sum in hiddenSums {
            let bits = sum.bitPattern
            own.append(Int32(truncatingIfNeeded: bits))
            own.append(Int32(truncatingIfNeeded: bits >> 32))
        }
        return group.gather(own).map { values in
            let sums = 2 + bounds.count
            return UpdateMessage(
                isFinite: values[0] == 1, isWished: values[1] == 1,
                bounds: Array(values[2..<sums]),
                hiddenSums: hiddenSums.indices.map {
                    let low = UInt64(UInt32(bitPattern: values[sums + 2 * $0]))
                    let high = UInt64(UInt32(bitPattern: values[sums + 2 * $0 + 1]))
                    return Double(bitPattern: high << 32 | low)
                })
        }
    }

    /// The sums of all processes together.
    static func hiddenSums(of all: [UpdateMessage]) -> [Double] {
        var totals = [Double](repeating: 0, count: all[0].hiddenSums.count)
        for message in all {
            for i in totals.indices { totals[i] += message.hiddenSums[i] }
        }
        return totals
    }
}

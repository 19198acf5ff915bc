/// How well two divisions of the same things agree, corrected for chance: 1 where they are equal, 0 on average
/// for divisions drawn independently [HubertArabie85].
///
/// - Precondition: Both have a label for each thing.
public func adjustedRandIndex(_ a: [Int], _ b: [Int]) -> Double {
    precondition(a.count == b.count, "\(a.count) labels and \(b.count)")
    func pairs(_ count: Int) -> Double { Double(count) * Double(count - 1) / 2 }
    var joint: [[Int]: Int] = [:]
    var (first, second): ([Int: Int], [Int: Int]) = ([:], [:])
    for (x, y) in zip(a, b) {
        joint[[x, y], default: 0] += 1
        first[x, default: 0] += 1
        second[y, default: 0] += 1
    }
    let together = joint.values.reduce(0) { $0 + pairs($1) }
    let (left, right) = (
        first.values.reduce(0) { $0 + pairs($1) }, second.values.reduce(0) { $0 + pairs($1) }
    )
    let expected = left * right / max(1, pairs(a.count))
    let most = (left + right) / 2
    return most == expected ? 1 : (together - expected) / (most - expected)
}

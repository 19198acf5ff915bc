/// Returns the candidate closest to `word` in spelling, or `nil` when none is close.
///
/// Case and `_` for `-` cost nothing. Close means at most one edit in three characters; a swap of
/// neighbours is one edit (optimal string alignment). The first of equals wins.
public func nearestKey(to word: String, among candidates: [String]) -> String? {
    let word = folded(word)
    var best: (key: String, edits: Int)?
    for candidate in candidates {
        let edits = editDistance(word, folded(candidate))
        let limit = max(1, max(word.count, candidate.count) / 3)
        if edits <= limit, edits < best?.edits ?? Int.max { best = (candidate, edits) }
    }
    return best?.key
}

private func folded(_ word: String) -> [Character] {
    // A word longer than any key is far from all; cutting it bounds the work.
    word.prefix(64).lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 }
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var twoBack = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in a.indices {
        var current = [i + 1]
        for j in b.indices {
            var edits = min(previous[j + 1] + 1, current[j] + 1)
            edits = min(edits, previous[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                edits = min(edits, twoBack[j - 1] + 1)
            }
            current.append(edits)
        }
        twoBack = previous
        previous = current
    }
    return previous[b.count]
}

import ArgumentParser

/// Reads one of the words of a closed set.
func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ word: String
) throws -> Choice {
    if let choice = Choice(rawValue: word) { return choice }
    let words = Choice.allCases.map { $0.rawValue }.joined(separator: " or ")
    throw ValidationError("expected \(words)")
}

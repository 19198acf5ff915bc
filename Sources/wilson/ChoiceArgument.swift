import ArgumentParser

/// Reads one of the words of a closed set.
func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ word: String
) throws -> Choice {
    try choice(word, among: Array(Choice.allCases))
}

/// Reads one of some words.
func choice<Choice: RawRepresentable<String>>(
    _ word: String, among choices: [Choice]
) throws -> Choice {
    if let choice = choices.first(where: { $0.rawValue == word }) { return choice }
    let words = choices.map { $0.rawValue }.joined(separator: " or ")
    throw ValidationError("expected \(words)")
}

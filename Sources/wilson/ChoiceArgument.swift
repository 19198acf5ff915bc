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
    try choice(word, among: choices, name: \.rawValue)
}

/// Reads one of some names.
func choice<Choice>(
    _ word: String, among choices: [Choice], name: (Choice) -> String
) throws -> Choice {
    if let choice = choices.first(where: { name($0) == word }) { return choice }
    let words = choices.map(name).joined(separator: " or ")
    throw ValidationError("expected \(words)")
}

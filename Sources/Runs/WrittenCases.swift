public import Reports

/// What a command says of the file of cases that it wrote.
public struct WrittenCases: Report, Sendable {
    let cases: Int
    let output: String
    /// What the cases are, and how they were made.
    @NotEncoded var origin: String

    public var table: Table { Table("\(cases) cases\(origin): \(output)") }
}

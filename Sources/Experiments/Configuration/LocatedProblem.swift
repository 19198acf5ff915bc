/// A problem that still knows its line, by which problems are sorted.
struct LocatedProblem {
    var line: Int?
    var column: Int?
    /// Whether an override of the command line is to blame, not a line of the file.
    var isOverride = false
    var place: String
    var key = ""
    var message: String
}

extension ConfigurationError {
    /// Orders problems of the file by line and column, then those of overrides as they came.
    init(sorting located: [LocatedProblem]) {
        func position(_ problem: LocatedProblem) -> (Int, Int) {
            problem.isOverride ? (Int.max, 0) : (problem.line ?? 0, problem.column ?? 0)
        }
        let ordered = located.enumerated().sorted { a, b in
            let positions = (position(a.element), position(b.element))
            return positions.0 == positions.1
                ? a.offset < b.offset : positions.0 < positions.1
        }
        self.init(
            problems: ordered.map { _, problem in
                ConfigurationProblem(
                    place: problem.place, key: problem.key, message: problem.message)
            })
    }
}

/// A problem that still knows its line, by which problems are sorted.
struct LocatedProblem {
    var line: Int?
    var column: Int?
    /// The override of the command line that is to blame, numbered as they came; nil for the file.
    var override: Int?
    var place: String
    var key = ""
    var message: String
}

extension ConfigurationError {
    /// The problems that are told of one configuration; nobody reads more before mending some.
    static let most = 100

    /// Orders problems of the file by line and column, then those of overrides as these came.
    ///
    /// The last of many problems counts those that are not told.
    init(sorting located: [LocatedProblem]) {
        func position(_ problem: LocatedProblem) -> (Int, Int) {
            problem.override.map { (Int.max, $0) } ?? (problem.line ?? 0, problem.column ?? 0)
        }
        let ordered = located.enumerated().sorted { a, b in
            let positions = (position(a.element), position(b.element))
            return positions.0 == positions.1
                ? a.offset < b.offset : positions.0 < positions.1
        }
        var problems = ordered.prefix(Self.most).map { _, problem in
            ConfigurationProblem(
                place: problem.place, key: problem.key, message: problem.message)
        }
        if ordered.count > Self.most {
            problems.append(
                ConfigurationProblem(
                    place: ordered[Self.most].element.place, key: "",
                    message: "\(ordered.count - Self.most) more problems from here on; mend those "
                        + "above first"))
        }
        self.init(problems: problems)
    }
}

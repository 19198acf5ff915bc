import TestSupport

/// Runs one check of the program `rank-checks` on some ranks.
func runCheck(
    _ name: String, ranks: Int, environment: [String: String] = [:]
) throws -> Program.Result {
    try Program.run("rank-checks", [name], ranks: ranks, environment: environment)
}

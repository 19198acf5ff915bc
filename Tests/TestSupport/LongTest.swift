import Foundation
public import Testing

/// Marks tests that `launch/test --quick` leaves out, by what makes them long.
///
/// A suite or a test names its mark among its traits, as in `@Suite(.slow)`. A mark of a suite holds
/// for all its tests. A mark is a trait and not a tag of Swift Testing, because `swift test` of Swift
/// 6.3 cannot choose tests by tags.
public struct LongTest: SuiteTrait, TestTrait {
    /// Whether only the quick tests run.
    private static let onlyQuick =
        ProcessInfo.processInfo.environment["WILSON_QUICK"] == "1"

    private let reason: Comment

    public var comments: [Comment] { [reason] }

    public var isRecursive: Bool { true }

    public func prepare(for test: Test) async throws {
        try await ConditionTrait.disabled(if: Self.onlyQuick, reason).prepare(for: test)
    }

    fileprivate init(_ reason: Comment) { self.reason = reason }
}

extension Trait where Self == LongTest {
    /// Marks tests that start programs: the commands, mpirun, Slurm, Python.
    public static var launches: LongTest { LongTest("starts programs") }

    /// Marks tests that draw samples until their means are exact enough.
    public static var statistical: LongTest { LongTest("draws many samples") }

    /// Marks tests that compute for half a second or longer.
    public static var slow: LongTest { LongTest("computes for long") }
}

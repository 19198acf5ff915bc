import Synchronization

/// One filling of words: which numbers of which row were drawn.
package struct RecordedDraw: Hashable, Sendable {
    package let purpose: Purpose.Words
    package let row: Int
    package let units: Range<Int>
}

/// Notes the draws of a seed, for the tests that no two draws of a run share a counter.
///
/// While nothing is recorded, a filling asks one flag.
package enum DrawRecorder {
    static let isOn = Atomic(false)

    /// The draws of each seed that is recorded.
    private static let draws = Mutex<[UInt64: [RecordedDraw]]>([:])

    static func note(_ draw: RecordedDraw, seed: UInt64) {
        draws.withLock { $0[seed]?.append(draw) }
    }

    /// Returns the draws by a seed on all threads while the closure runs.
    ///
    /// - Precondition: The seed is not recorded already; tests that run at once have seeds of their
    ///   own.
    package static func record(seed: UInt64, _ body: () throws -> Void) rethrows -> [RecordedDraw] {
        draws.withLock {
            precondition($0[seed] == nil, "the draws by seed \(seed) are recorded already")
            $0[seed] = []
            isOn.store(true, ordering: .relaxed)
        }
        func end() -> [RecordedDraw] {
            draws.withLock { draws in
                let own = draws.removeValue(forKey: seed) ?? []
                isOn.store(!draws.isEmpty, ordering: .relaxed)
                return own
            }
        }
        do {
            try body()
        } catch {
            _ = end()
            throw error
        }
        return end()
    }

    /// The draws that share a number with an earlier one.
    package static func repeated(_ draws: [RecordedDraw]) -> [RecordedDraw] {
        struct Row: Hashable {
            let purpose: Purpose.Words
            let row: Int
        }
        var drawn: [Row: [Range<Int>]] = [:]
        return draws.filter { draw in
            let row = Row(purpose: draw.purpose, row: draw.row)
            defer { drawn[row, default: []].append(draw.units) }
            return drawn[row]?.contains { $0.overlaps(draw.units) } ?? false
        }
    }
}

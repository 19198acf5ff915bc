import CMPI
import Synchronization

/// What this process is at, as far as a watchdog must know.
///
/// It costs a few stores to say it, and no look at a clock.
public enum RankProgress {
    /// The parts of a run.
    public enum Phase: Int, CaseIterable, Sendable {
        case start, data, step, record, checkpoint, end
        /// Work that tells no parts, and may take any time.
        case work
    }

    /// Says that a part of the run begins.
    ///
    /// - Parameter step: How many updates of the layer have been made.
    public static func begin(_ phase: Phase, step: Int = 0) {
        place.store(step * Phase.allCases.count + phase.rawValue, ordering: .relaxed)
        advance()
    }

    /// Says that the work goes on, within a part that may take long.
    public static func advance() { advances.wrappingAdd(1, ordering: .relaxed) }

    /// What there is to see of a process at one moment.
    struct Sight: Equatable, Sendable {
        let phase: Phase
        let step: Int
        /// The call of MPI in which it waits for other ranks; nil for none.
        let call: WaitingCall?
        /// Counts whatever it began.
        let count: Int
    }

    /// What this process is at now.
    ///
    /// Any thread may ask.
    static var sight: Sight {
        let (place, phases) = (place.load(ordering: .relaxed), Phase.allCases.count)
        let calls = Int(truncatingIfNeeded: cmpi_calls_begun())
        return Sight(
            phase: Phase(rawValue: place % phases) ?? .start, step: place / phases,
            call: WaitingCall(rawValue: Int(cmpi_call_under_way().rawValue)),
            count: advances.load(ordering: .relaxed) &+ calls)
    }
}

private let place = Atomic<Int>(0)
private let advances = Atomic<Int>(0)

/// The calls of MPI, and the exchange through shared memory, in which a rank waits for others.
enum WaitingCall: Int, Sendable {
    // The numbers are those of CMPICall.
    case barrier = 1
    case allreduce, broadcast, gather, allgather, reduceScatter, newGroup, exchange, sharing
    case finalize, start

    /// The name by which books on MPI know the call.
    var name: String {
        switch self {
        case .barrier: "MPI_Barrier"
        case .allreduce: "MPI_Allreduce"
        case .broadcast: "MPI_Bcast"
        case .gather: "MPI_Gatherv"
        case .allgather: "MPI_Allgatherv"
        case .reduceScatter: "MPI_Reduce_scatter"
        case .newGroup: "MPI_Comm_split"
        case .exchange: "MPI_Alltoallv"
        case .sharing: "the exchange through shared memory"
        case .finalize: "MPI_Finalize"
        case .start: "MPI_Init"
        }
    }
}

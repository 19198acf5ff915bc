import Dispatch
import RBMCore

/// Adds up statistics over ranks on a thread of its own, while the main thread computes.
///
/// One sum runs at a time, and no other exchange may begin before it has ended, because MPI allows
/// calls from one thread at a time. The calls are blocking: Open MPI's nonblocking sums make
/// progress only while a thread asks for it.
final class BackgroundSum: @unchecked Sendable {
    private let world: Communicator
    private let queue = DispatchQueue(label: "wilson.sums")
    private let ended = DispatchSemaphore(value: 0)

    // The main thread owns these between `finish` and `start`, and the queue owns them in between.
    private var statistics: Statistics?
    private var failure: MPIError?

    /// Collective.
    init(_ world: borrowing Communicator) throws(MPIError) { self.world = try world.duplicate() }

    /// Collective.
    ///
    /// Begins to add up the products of a panel.
    func start(_ statistics: consuming Statistics) {
        precondition(self.statistics == nil, "a sum has not ended")
        self.statistics = statistics
        queue.async {
            do throws(MPIError) {
                try self.world.sumProducts(&self.statistics!)
            } catch {
                self.failure = error
            }
            self.ended.signal()
        }
    }

    /// Collective.
    ///
    /// Waits for the end of a sum and returns it. The waiting counts as exchange of `world`.
    func finish(_ world: borrowing Communicator) throws(MPIError) -> Statistics {
        let start = ContinuousClock.now
        ended.wait()
        world.exchange.waited(since: start)
        world.exchange.sent(bytes: self.world.exchange.takeBytes())
        if let failure { throw failure }
        guard let result = statistics.take() else { preconditionFailure("no sum was begun") }
        return result
    }
}

extension Communicator {
    /// Collective.
    ///
    /// Adds up the products of a panel.
    borrowing func sumProducts(_ statistics: inout Statistics) throws(MPIError) {
        let panel = statistics.panelProducts
        // Taken out, so that the array has one reference while it is summed; otherwise Swift would
        // copy it.
        switch statistics.products.take() {
        case .float32(var products):
            try sum(&products, panel)
            statistics.products = .float32(products)
        case .int32(var products):
            try sumNarrowly(&products, panel)
            statistics.products = .int32(products)
        case .int16(var products):
            try sumNarrowly(&products, panel)
            statistics.products = .int16(products)
        }
    }

    /// Collective.
    ///
    /// Adds up the moments.
    borrowing func sumMoments(_ statistics: inout Statistics) throws(MPIError) {
        let all = 0..<statistics.layout.count
        switch statistics.moments.take() {
        case .float32(var moments):
            try sum(&moments, all)
            statistics.moments = .float32(moments)
        case .int32(var moments):
            // Moments are few and large. Learning whether 16 bits hold them costs a message more
            // than it saves.
            if try !sumOnHost(&moments, all) { try sum(&moments, all) }
            statistics.moments = .int32(moments)
        case .int16: preconditionFailure("moments in 16 bits")
        }
    }
}

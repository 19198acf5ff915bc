/// What a step costs a rank: the time of each operation and of each byte.
///
/// The work is a sum of three terms, and the exchange within a host one of three more. `launch/scaling` fits
/// the times to steps of many layouts; `grid: auto` takes them from the phases of a few steps of the run.
public struct StepCost: Sendable, Equatable {
    /// Seconds for each operation of a product, each weight and each state.
    public var work: [Double]
    /// Seconds for a step in which ranks exchange something at all.
    public var ofStep = 0.0
    /// Seconds for each exchange.
    public var ofExchange = 0.0
    /// Seconds for each byte.
    public var ofByte = 0.0
    public var bytes: ExchangedBytes

    /// - Precondition: There are three times of work.
    public init(work: [Double], bytes: ExchangedBytes) {
        precondition(work.count == 3, "\(work.count) times of work")
        self.work = work
        self.bytes = bytes
    }

    /// The seconds in which a rank computes.
    public func computing(_ part: StepPart) -> Double {
        zip(work, part.work).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The bytes that a rank gives into the exchanges of a step.
    public func exchanged(_ part: StepPart) -> Double {
        bytes.ofWeight * part.summedWeights + bytes.ofState * part.sharedStates
    }

    /// The seconds that a rank exchanges, where all ranks are on one host.
    public func waiting(_ part: StepPart) -> Double {
        guard part.exchanges > 0 else { return 0 }
        return ofStep + ofExchange * part.exchanges + ofByte * exchanged(part)
    }
}

/// The bytes that a rank gives into an exchange.
public struct ExchangedBytes: Sendable, Equatable {
    /// For each of its weights, where ranks share the cases.
    public var ofWeight: Double
    /// For each visible state, where ranks share the hidden units.
    public var ofState: Double

    public init(ofWeight: Double, ofState: Double) {
        self.ofWeight = ofWeight
        self.ofState = ofState
    }
}

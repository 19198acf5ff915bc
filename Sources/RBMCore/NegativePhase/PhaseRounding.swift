public import RandomStreams

/// The randomness that rounds the hidden means of one step to bytes: a stream for each phase.
public struct PhaseRounding: Sendable {
    public let positive: RandomStream
    public let negative: RandomStream

    public init(seed: UInt64, layer: Int, step: Int) {
        positive = RandomStream(seed: seed, .positiveRounding(layer: layer, step: step))
        negative = RandomStream(seed: seed, .negativeRounding(layer: layer, step: step))
    }
}

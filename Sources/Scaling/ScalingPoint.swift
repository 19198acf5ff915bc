/// One layout of ranks, with the medians over the rounds in which it was timed.
struct ScalingPoint: Sendable {
    let layout: Layout
    let shape: StepShape
    let rounds: Int
    let millisecondsPerStep: Double
    let fastest: Double
    let slowest: Double
    let samplesPerSecond: Double
    let gflops: Double
    let ratioToRoofline: Double
    let exchangeShare: Double
    let exchangedBytes: Double
    let processorShare: Double

    /// - Precondition: The steps are those of one layout and one shape, and there are some.
    init(_ steps: [TimedStep]) {
        layout = steps[0].layout
        shape = steps[0].shape
        precondition(
            steps.allSatisfy { [layout, shape] in $0.layout == layout && $0.shape == shape },
            "steps of several layouts")
        rounds = steps.count
        let times = steps.map(\.millisecondsPerStep)
        millisecondsPerStep = median(times)
        fastest = times.min() ?? 0
        slowest = times.max() ?? 0
        samplesPerSecond = median(steps.map(\.samplesPerSecond))
        gflops = median(steps.map(\.gflops))
        ratioToRoofline = median(steps.map(\.ratioToRoofline))
        exchangeShare = median(steps.map(\.exchangeShare))
        exchangedBytes = median(steps.map(\.exchangedBytes))
        processorShare = median(steps.map(\.processorShare))
    }

    /// Groups steps by layout and shape, in the order in which these come first.
    static func all(_ steps: [TimedStep]) -> [ScalingPoint] {
        var order: [Case] = []
        var groups: [Case: [TimedStep]] = [:]
        for step in steps {
            let place = Case(layout: step.layout, shape: step.shape)
            if groups[place] == nil { order.append(place) }
            groups[place, default: []].append(step)
        }
        return order.compactMap { groups[$0].map { ScalingPoint($0) } }
    }

    private struct Case: Hashable {
        let layout: Layout
        let shape: StepShape
    }

    /// Billions of bytes that a rank exchanges in a second of exchange; nil without exchange.
    var gigabytesPerSecond: Double? {
        let seconds = exchangeShare * millisecondsPerStep / 1000
        return layout.ranks > 1 && seconds > 0 ? exchangedBytes / seconds * 1e-9 : nil
    }

    /// Whether other programs took cores away from the ranks.
    var isDisturbed: Bool { processorShare < 0.95 }
}

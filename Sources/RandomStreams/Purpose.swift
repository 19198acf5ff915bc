/// What random numbers are for, with the coordinates that distinguish the draws for it.
///
/// Each purpose with its coordinates has counters of its own, so that no two draws of a run share
/// one. Two places that draw therefore have two cases here, or two slots of one case. The case does
/// not hold row and unit, which `RandomStream` adds.
///
/// Limits: `layer` is below 2⁸, a sweep of training below 2¹⁶, of tempered training below 2¹⁴, every
/// other number below 2³².
public enum Purpose: Sendable, Hashable {
    /// The weights at the start; a row is a visible unit.
    case initialWeights(layer: Int)
    /// The persistent chains at the start; a row is a chain.
    case initialChains(Side, layer: Int)
    /// The hidden states of training's Gibbs sweeps; a row is a chain.
    case hiddenState(layer: Int, step: Int, sweep: Int)
    /// The visible states of training's Gibbs sweeps; a row is a chain.
    case visibleState(layer: Int, step: Int, sweep: Int)
    /// The rounding of the hidden means of the data; a row is a place in the batch.
    case positiveRounding(layer: Int, step: Int)
    /// The rounding of the hidden means of the model phase; a row is a chain.
    case negativeRounding(layer: Int, step: Int)
    /// The bits of grey data; a row is a case.
    case binarization(draw: Int)
    /// Which of the cases of a share of weight is drawn.
    case caseWeights(draw: Int)
    /// What a finished layer hands to the next one; a row is a case.
    case propagation(layer: Int, draw: Int)
    /// The states of grey cases whose pseudo-likelihood is measured, or at which chains start; a row is
    /// a case.
    case pseudoLikelihoodBits(layer: Int, draw: Int)
    /// The chains of a sampling run; a row is a chain.
    case sampling(Sampling, layer: Int, sweep: Int)
    /// The signs of the Ising replicas at the start; a row is a replica, or a group of them.
    case isingStart(role: Int)
    /// The words of an Ising sampler that updates spin after spin; a row is a replica, or a group.
    case isingUpdate(Replicas, role: Int, chunk: Int)
    /// The words of an Ising sampler that turns clusters; a row is a replica.
    case isingCluster(Cluster, role: Int, chunk: Int)
    /// The synthetic cases of the benchmark, and inputs of tests; a row is a case.
    case benchmark
    /// The words whose drawing the benchmark times.
    case benchmarkTiming
    /// The chains of annealed importance sampling; a row is a chain.
    case annealing(Annealing, Side, layer: Int, temperature: Int)
    /// The hidden units that dropout keeps; a row is a place in the batch, and the chain of the same
    /// number.
    case dropout(layer: Int, step: Int)
    /// The rounding of the weights to one byte; a row is a visible unit.
    case weightRounding(layer: Int, step: Int)
    /// The states at which effective Hamiltonians are compared; a row is a state.
    case couplingStates
    /// The Ising chain; a row is a configuration.
    case isingChain
    /// The signs of blocks whose spins tie; a row is a configuration.
    case blockTies(blocking: Int)
    /// The hidden states of the lower bound of an information; a row is a case.
    case informationStates
    /// The chains of parallel tempering; a row is a level of a lane, for swaps a lane.
    ///
    /// `role` tells apart several sets of lanes in one run, and is below 64.
    case tempering(Tempering, layer: Int, role: Int, sweep: Int)

    /// The chains of tempered training; a row is a level of a lane, for swaps a lane.
    case temperedTraining(Tempering, layer: Int, step: Int, sweep: Int)

    /// The sweeps that only show how the chains of a training move; a row is a chain.
    case chainCheck(Side, layer: Int, step: Int, sweep: Int)

    /// Whether a chain of a training turns over as a whole; a row is a chain.
    case chainTurn(layer: Int, step: Int, sweep: Int)

    /// The visible units of the data that were not observed, in a training step; a row is a place in the
    /// batch.
    case unobserved(Unobserved, layer: Int, step: Int, sweep: Int)

    /// The same for monitors and the layers above; a row is a case.
    case filling(Unobserved, layer: Int, draw: Int, sweep: Int)

    /// The triples of units in which two sets of cases are compared; a row is a triple.
    case comparison

    /// What a layer makes of the chains of one above it, for pictures of a training; a row is a chain.
    case picture(layer: Int, above: Int, step: Int)

    /// The sandpiles; a row is a pile.
    case sandpile(Sandpile)

    /// The recalls of associative memories; a row is a trial. `load` is below 2¹⁴.
    case hopfield(Hopfield, load: Int, sweep: Int)

    /// The series that judge a log-periodic fit; a row is a series.
    case logPeriodic(LogPeriodic)

    /// The starts of factorizations; a row is a row of a factor, or a restart of clusters.
    case factorization(Factorization)

    /// The training of an auto-encoder; a row is a visible unit, or a place in the batch.
    case autoEncoder(AutoEncoder, layer: Int, step: Int)

    /// The chains between two models of a training; a row is a chain.
    ///
    /// `step` is the step of the later model, and `point`, below 2¹³, a place between the two.
    case modelPath(ModelPath, Side, layer: Int, step: Int, point: Int)

    /// One side of a layer.
    public enum Side: Sendable, Hashable, CaseIterable { case visible, hidden }

    /// The runs of annealed importance sampling.
    public enum Annealing: Int, Sendable, Hashable, CaseIterable {
        /// From the base model to the machine.
        case forward
        /// From the machine to the base model.
        case reverse
        /// From the base model, in the run that shapes the schedule.
        case forwardPilot
        /// From the machine, in the run that shapes the schedule.
        case reversePilot
        /// The sweeps before the start from the machine.
        case starts
    }

    /// The chains between two models of a training.
    public enum ModelPath: Int, Sendable, Hashable, CaseIterable {
        /// From the earlier model to the later one.
        case forward
        /// From the later model to the earlier one.
        case reverse
        /// The sweeps before the way back.
        case settling
    }

    /// The slots of a sampling run.
    public enum Sampling: Int, Sendable, Hashable, CaseIterable {
        /// The hidden units of a machine's Gibbs sweep.
        case hidden
        /// The visible units of a machine's Gibbs sweep.
        case visible
        /// The visible units from which chains start.
        case start
        /// The hidden units of a clamped stack at the start.
        case clampedStart
        /// The hidden units of a sweep through a clamped stack.
        case clampedHidden
        /// The way down a stack after the sweeps.
        case downward
    }

    /// The slots of parallel tempering.
    public enum Tempering: Int, Sendable, Hashable, CaseIterable {
        /// The visible units at the start, drawn from the base model.
        case start
        /// The hidden units of a sweep.
        case hidden
        /// The visible units of a sweep.
        case visible
        /// The swaps between neighbours; a unit is a pair of levels.
        case swap
    }

    /// The slots of the units that were not observed.
    public enum Unobserved: Int, Sendable, Hashable, CaseIterable {
        /// The visible units at the start, drawn one by one.
        case start
        /// The hidden units of a sweep.
        case hidden
        /// The visible units of a sweep.
        case visible
    }

    /// The slots of a recall.
    public enum Hopfield: Int, Sendable, Hashable, CaseIterable {
        /// The patterns that are stored.
        case patterns
        /// The units that are turned at the start.
        case start
        /// The order of the units in a sweep.
        case order
    }

    /// The slots of a log-periodic fit.
    public enum LogPeriodic: Int, Sendable, Hashable, CaseIterable {
        /// The residuals that are drawn in blocks.
        case residuals
        /// The steps of random walks.
        case walks
    }

    /// The slots of a factorization.
    public enum Factorization: Int, Sendable, Hashable, CaseIterable {
        /// The coordinates of the rows.
        case coordinates
        /// The archetypes.
        case archetypes
        /// The starts of clusters.
        case clusters
        /// The start of the search for eigenvectors.
        case eigenvectors
        /// The prices that break ties between rows of the data.
        case prices
    }

    /// The slots of an auto-encoder.
    public enum AutoEncoder: Int, Sendable, Hashable, CaseIterable {
        /// The weights at the start.
        case weights
        /// The values that are left out of a step.
        case corruption
        /// The weights of the classes of a classifier at the start.
        case classes
        /// The states of noise that are set beside data; a row is a state.
        case noise
        /// The directions from which the search for tangents starts; a row is a direction.
        case tangents
    }

    /// The slots of a sandpile.
    public enum Sandpile: Int, Sendable, Hashable, CaseIterable {
        /// The walks of the tree that the first state comes from.
        case start
        /// The sites where grains fall.
        case grains
    }

    /// The Ising samplers that update spin after spin.
    public enum Replicas: Int, Sendable, Hashable, CaseIterable {
        /// Groups of 64 replicas.
        case groups = 0
        /// Single replicas.
        case single = 128
    }

    /// The Ising samplers that turn clusters.
    public enum Cluster: Int, Sendable, Hashable, CaseIterable {
        case swendsenWang = 0
        case wolff = 128
    }
}

extension Purpose {
    /// The numbers of the purposes, which are part of every model's bits: new ones are added at the end.
    package enum Code: UInt8, Sendable, CaseIterable {
        case initialWeights = 1
        case initialChains
        case hiddenState
        case visibleState
        case positiveRounding
        case negativeRounding
        case epochOrder
        case heldOutChoice
        case binarization
        case propagation
        case monitorCases
        case pseudoLikelihoodBits
        case sampling
        case isingStart
        case isingUpdate
        case isingCluster
        case benchmark
        case annealing
        case dropout
        case weightRounding
        case couplingStates
        case isingChain
        case blockTies
        case informationStates
        case tempering
        case temperedTraining
        case chainCheck
        case sandpile
        case hopfield
        case logPeriodic
        case modelPath = 60
        case factorization = 75
        case autoEncoder
        case unobserved = 85
        case filling
        case comparison
        case picture
        case chainTurn = 90
    }

    /// The two words of a counter that name a purpose: the step, and code · layer · slot in 8 · 8 · 16
    /// bits.
    package struct Words: Hashable, Sendable, CustomStringConvertible {
        package let step: UInt32
        let tag: UInt32

        /// - Precondition: `layer` < 2⁸, `slot` < 2¹⁶, `step` < 2³².
        init(_ code: Code, layer: Int = 0, step: Int = 0, slot: Int = 0) {
            precondition(layer >= 0 && layer < 1 << 8, "layer \(layer) is outside 0..<256")
            precondition(slot >= 0 && slot < 1 << 16, "sweep \(slot) is outside 0..<65536")
            precondition(step >= 0 && step < 1 << 32, "step \(step) is outside 0..<2³²")
            self.step = UInt32(step)
            tag = UInt32(code.rawValue) << 24 | UInt32(layer) << 16 | UInt32(slot)
        }

        package var code: Code {
            guard let code = Code(rawValue: UInt8(tag >> 24)) else {
                preconditionFailure("no purpose has the number \(tag >> 24)")
            }
            return code
        }

        package var description: String {
            "\(code), layer \(tag >> 16 & 0xFF), step \(step), slot \(tag & 0xFFFF)"
        }
    }

    /// The words that these coordinates have, and no others.
    var words: Words {
        switch self {
        case .initialWeights(let layer): Words(.initialWeights, layer: layer)
        case .initialChains(let side, let layer):
            Words(.initialChains, layer: layer, slot: side == .visible ? 0 : 1)
        case .hiddenState(let layer, let step, let sweep):
            Words(.hiddenState, layer: layer, step: step, slot: sweep)
        case .visibleState(let layer, let step, let sweep):
            Words(.visibleState, layer: layer, step: step, slot: sweep)
        case .positiveRounding(let layer, let step):
            Words(.positiveRounding, layer: layer, step: step)
        case .negativeRounding(let layer, let step):
            Words(.negativeRounding, layer: layer, step: step)
        case .binarization(let draw): Words(.binarization, step: draw)
        // Also a choice of how a file's cases are read.
        case .caseWeights(let draw): Words(.binarization, step: draw, slot: 1)
        case .propagation(let layer, let draw): Words(.propagation, layer: layer, step: draw)
        case .pseudoLikelihoodBits(let layer, let draw):
            Words(.pseudoLikelihoodBits, layer: layer, step: draw)
        case .sampling(let slot, let layer, let sweep):
            Words(.sampling, layer: layer, step: sweep, slot: slot.rawValue)
        case .isingStart(let role): Words(.isingStart, layer: Self.place(0, role))
        case .isingUpdate(let replicas, let role, let chunk):
            Words(.isingUpdate, layer: Self.place(replicas.rawValue, role), step: chunk)
        case .isingCluster(let cluster, let role, let chunk):
            Words(.isingCluster, layer: Self.place(cluster.rawValue, role), step: chunk)
        case .benchmark: Words(.benchmark)
        case .benchmarkTiming: Words(.benchmark, step: 1)
        case .annealing(let run, let side, let layer, let temperature):
            Words(
                .annealing, layer: layer, step: temperature,
                slot: 2 * run.rawValue + (side == .hidden ? 0 : 1))
        case .dropout(let layer, let step): Words(.dropout, layer: layer, step: step)
        case .weightRounding(let layer, let step): Words(.weightRounding, layer: layer, step: step)
        case .couplingStates: Words(.couplingStates)
        case .isingChain: Words(.isingChain)
        case .blockTies(let blocking): Words(.blockTies, layer: blocking)
        case .informationStates: Words(.informationStates)
        case .tempering(let slot, let layer, let role, let sweep):
            Words(.tempering, layer: layer, step: sweep, slot: slot.rawValue | role << 2)
        case .temperedTraining(let slot, let layer, let step, let sweep):
            Words(.temperedTraining, layer: layer, step: step, slot: slot.rawValue | sweep << 2)
        case .chainCheck(let side, let layer, let step, let sweep):
            Words(
                .chainCheck, layer: layer, step: step,
                slot: (side == .hidden ? 0 : 1) | sweep << 1)
        case .chainTurn(let layer, let step, let sweep):
            Words(.chainTurn, layer: layer, step: step, slot: sweep)
        case .unobserved(let slot, let layer, let step, let sweep):
            Words(.unobserved, layer: layer, step: step, slot: slot.rawValue | sweep << 2)
        case .filling(let slot, let layer, let draw, let sweep):
            Words(.filling, layer: layer, step: draw, slot: slot.rawValue | sweep << 2)
        case .comparison: Words(.comparison)
        case .picture(let layer, let above, let step):
            Words(.picture, layer: layer, step: step, slot: above)
        case .sandpile(let slot): Words(.sandpile, slot: slot.rawValue)
        case .factorization(let slot): Words(.factorization, slot: slot.rawValue)
        case .autoEncoder(let slot, let layer, let step):
            Words(.autoEncoder, layer: layer, step: step, slot: slot.rawValue)
        case .logPeriodic(let slot): Words(.logPeriodic, slot: slot.rawValue)
        case .hopfield(let slot, let load, let sweep):
            Words(.hopfield, step: sweep, slot: slot.rawValue | load << 2)
        case .modelPath(let run, let side, let layer, let step, let point):
            Words(
                .modelPath, layer: layer, step: step,
                slot: (side == .hidden ? 0 : 1) | run.rawValue << 1 | point << 3)
        }
    }

    /// A sampler and the role of its replicas, in the place of a layer.
    private static func place(_ sampler: Int, _ role: Int) -> Int {
        precondition(role >= 0 && role < 128, "role \(role) is outside 0..<128")
        return sampler + role
    }
}

import Configuration
import Datasets
import DistributedTraining
import Ranks
import RBMCore
import Storage

/// What to do where a training does not fit into the memory.
let memoryRemedy =
    "Take fewer ranks on a host, a grid that divides the hidden units (--grid 1x4), fewer hidden units, "
    + "less that lies beside the weights (`average: 0`, `momentum: 0`, `arithmetic: integer-one-byte`), a "
    + "smaller batch or fewer chains, or a host with more memory"

extension RunConfiguration {
    /// Returns the memory that this rank needs at least to train; none where a layer has more weights than
    /// any may have.
    ///
    /// - Parameters:
    ///   - data: Of the cases of `train`.
    ///   - initial: The layers of the model to start from.
    func memoryNeed(
        of data: DataOutline, initial: [RBM], _ request: TrainingRequest,
        _ world: borrowing Communicator
    ) -> MemoryNeed {
        // Layers that are too large on any host are refused in other words.
        let widths = [data.visible] + layers.map(\.hiddenColumns)
        let weights = zip(widths, widths.dropFirst()).map { Double($0) * Double($1) }
        guard weights.allSatisfy({ $0 <= Double(ConfigurationLimit.weights) }) else {
            return MemoryNeed()
        }
        // How many cases another file holds is not known yet.
        let (cases, heldOut): (Int, Int?) =
            switch self.data.heldOut {
            case .file: (data.cases, nil)
            case .fraction(let fraction):
                (
                    data.cases - Int(fraction * Double(data.cases)),
                    Int(fraction * Double(data.cases))
                )
            }
        let measured = min(monitor.cases, cases, heldOut.map { $0 > 0 ? $0 : .max } ?? 0)
        let hasPseudo = heldOut != 0 && monitor.pseudoLikelihoodCases > 0
        let place = TrainingPlace(
            rank: world.rank, ranks: world.size, hiddenRanks: grid?.hidden)
        let habits = TrainingHabits(
            measuredCases: measured,
            pseudoLikelihoodCases: hasPseudo ? min(monitor.pseudoLikelihoodCases, measured) : nil,
            measuresLogLikelihood: monitor.logLikelihood != nil && heldOut != 0,
            checkpointEvery: checkpoint.every,
            waitsForCheckpoints: request.strictCheckpoints,
            goesToItsEnd: request.stopAfterSteps == nil)
        var need = plans(cases: max(1, cases), initial: initial)
            .memoryNeed(visible: data.visible, cases: max(1, cases), place, habits)
        need.add("the data", Double(data.memoryBytes))
        return need
    }
}

extension MemoryNeed {
    /// Collective.
    ///
    /// Returns a line for people, on rank 0: what the rank that needs most needs, and what its host has.
    func line(_ world: borrowing Communicator, _ room: MemoryRoom?) throws -> String? {
        let most = try world.extent(of: Int64(min(bytes, 0x1p62))).upperBound
        guard world.rank == 0 else { return nil }
        let left = room.map { room in
            let group = room.groups.map(\.left).min() ?? room.host
            return "; " + megabytes(Double(min(room.host, group))) + " are free here"
        }
        return "memory   at least \(megabytes(Double(most))) a rank\(left ?? ""); rank 0: \(text)"
    }
}

import DistributedTraining
import Foundation
import ModelFiles
import Ranks
import RBMCore
import Synchronization

/// Trains a layer whose first checkpoint may go to disk only when the training has gone on, and expects the
/// files of a training without a pause.
///
/// - Parameter hiddenRanks: The ranks that divide the hidden units.
func checkCheckpointsBesideTraining(
    hiddenRanks: Int, _ world: borrowing Communicator
) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "wilson-checkpoints-\(getpid())")
    defer { try? FileManager.default.removeItem(at: folder) }
    func files(hiddenRanks: Int, _ outlet: (any TrainingOutlet)?) throws -> [String: Data] {
        let path = folder.appendingPathComponent(outlet == nil ? "plain" : "late")
        if world.rank == 0 {
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        }
        var layer = plan(.bernoulli, .bernoulli, persistent, .integer)
        layer.hidden = 130
        let cases = StripedCases(count: 203, visible: 29, encoding: .bits)
        var trainer = StackTrainer(
            plans: [layer],
            monitor: MonitorPlan(every: .steps(100), cases: 100, pseudoLikelihoodCases: 10),
            checkpointEvery: .steps(20), checkpoints: CheckpointFolder(path.path, keep: 9),
            imageShape: [29], seed: 5, configuration: "", stopAfterSteps: nil
        ) { _, _ in LayerData(training: cases, heldOut: nil) }
        trainer.hiddenRanks = hiddenRanks
        let outlets = outlet.map { [$0] } ?? []
        _ = try trainer.run(from: nil, timer: StepTimer(), outlets: outlets, world)
        guard world.rank == 0 else { return [:] }
        let names = try FileManager.default.contentsOfDirectory(atPath: path.path)
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try Data(contentsOf: path.appendingPathComponent($0)))
            })
    }
    let plain = try files(hiddenRanks: 1, nil)
    let disk = world.rank == 0 ? SlowDisk() : nil
    let late = try files(hiddenRanks: hiddenRanks, disk)
    try world.together {
        guard let disk else { return }
        try expect(disk.isReleased, "the training waited for its checkpoint")
        try expect(disk.written == 3, "\(disk.written) checkpoints")
        try expect(late.count == 3 && late == plain, "the files differ: \(late.keys.sorted())")
    }
}

/// A disk that takes nothing until the training has come to a step.
private final class SlowDisk: TrainingOutlet {
    private let lastStep = 27
    private let gate = DispatchSemaphore(value: 0)
    private let released = Mutex<Bool?>(nil)
    private(set) var written = 0

    var isReleased: Bool { released.withLock { $0 ?? false } }

    func advanced(toStep step: Int, of steps: Int, samplesPerSecond: Double) {
        if step == lastStep { gate.signal() }
    }

    func willCheckpoint() {
        guard released.withLock({ $0 == nil }) else { return }
        let isInTime = gate.wait(timeout: .now() + 60) == .success
        released.withLock { $0 = isInTime }
    }

    func checkpointed(_ path: String) { written += 1 }
}

import Dispatch
import ModelFiles
import RBMCore
import Storage
import Synchronization

/// Writes checkpoints on a thread of its own, one after the other, while the training goes on.
///
/// The training waits only for a copy of what it changes: of the parameters of the layer in training, and of
/// what is remembered beside them. The memory of the copy is kept for the next one, because fresh pages cost
/// more than the copy. The large tensors of layers that ranks divide come in pieces, over as many steps as
/// they need. Nothing here is a call of MPI.
final class CheckpointWriter {
    /// How a checkpoint ended: its file, or why there is none; and how long a run would wait for one like it.
    struct Outcome: Sendable {
        let result: Result<String, StorageError>
        let duration: Duration
    }

    private let folder: CheckpointFolder
    private let queue = DispatchQueue(label: "wilson.checkpoints")
    private let written = DispatchSemaphore(value: 0)
    private let slot = Slot()
    private var isBusy = false
    private var memory = SnapshotMemory()
    /// The file whose pieces come; nil for none.
    private var pieces: FileOfPieces?

    /// Where the other thread leaves an outcome.
    private final class Slot: Sendable {
        let outcome = Mutex<Outcome?>(nil)
    }

    init(_ folder: CheckpointFolder) { self.folder = folder }

    deinit {
        // A run that fails does not bring the last piece, and no other line would tell the end.
        if pieces != nil { queue.async { [written] in _ = written.signal() } }
        if isBusy { written.wait() }
    }

    /// Begins to write a checkpoint.
    ///
    /// - Precondition: None is being written; the outcome of the one before was taken.
    /// - Parameters:
    ///   - isBest: Whether it is kept as the best of its layer, too.
    ///   - prepare: Runs first, on the other thread; a failure keeps the checkpoint from being written.
    func start(
        _ checkpoint: Checkpoint, isBest: Bool = false,
        prepare: @escaping @Sendable () throws(StorageError) -> Void
    ) throws(StateFault) {
        precondition(!isBusy, "a checkpoint is being written")
        let began = ContinuousClock.now
        let copy = try memory.copy(checkpoint)
        isBusy = true
        queue.async { [folder, written, slot] in
            let result = Result { () throws(StorageError) -> String in
                try prepare()
                return try folder.save(copy, isBest: isBest)
            }
            slot.outcome.withLock { $0 = Outcome(result: result, duration: .now - began) }
            written.signal()
        }
    }

    /// Begins to write a checkpoint whose large tensors come in pieces.
    ///
    /// - Precondition: As above.
    /// - Parameters:
    ///   - file: The metadata, and the tensors that are here as a whole.
    ///   - shapes: Those of the tensors of F32 whose bytes come in pieces, by their names.
    ///   - layer: The layer whose best checkpoint it is, too; nil for none.
    ///   - prepare: Runs first, on the other thread; a failure keeps the checkpoint from being written.
    func start(
        _ file: SafetensorsFile, inPieces shapes: [String: [Int]], totalSteps: Int,
        isBestOfLayer layer: Int?, prepare: @escaping @Sendable () throws(StorageError) -> Void
    ) {
        precondition(!isBusy, "a checkpoint is being written")
        isBusy = true
        let pieces = FileOfPieces()
        self.pieces = pieces
        queue.async { [folder] in
            pieces.work { () throws(StorageError) in
                try prepare()
                pieces.path = try folder.file(ofTotalSteps: totalSteps)
                pieces.writer = try SafetensorsWriter(file, inPieces: shapes, to: pieces.path)
                pieces.layer = layer
            }
        }
    }

    /// Whether all pieces that came are written.
    var hasWrittenPieces: Bool { pieces?.waiting.load(ordering: .acquiring) == 0 }

    /// Waits until all pieces that came are written.
    func waitForPieces() { queue.sync {} }

    /// Takes the next bytes of the tensors that come in pieces, in the order of their file.
    func take(_ piece: [UInt8]) {
        guard let pieces else { preconditionFailure("no checkpoint takes pieces") }
        pieces.waiting.add(1, ordering: .relaxed)
        queue.async {
            pieces.work { () throws(StorageError) in pieces.writer?.write(piece) }
            pieces.waiting.subtract(1, ordering: .releasing)
        }
    }

    /// Ends the file after its last piece.
    ///
    /// - Parameter passing: How long the ranks took to bring the pieces here.
    func endPieces(passing: Duration) {
        guard let pieces = pieces.take() else { preconditionFailure("no checkpoint takes pieces") }
        queue.async { [folder, written, slot] in
            pieces.work { () throws(StorageError) in
                try pieces.writer.take()?.finish()
                try folder.written(pieces.path, isBestOfLayer: pieces.layer)
            }
            let result = pieces.failure.map { Result.failure($0) } ?? .success(pieces.path)
            slot.outcome.withLock {
                $0 = Outcome(result: result, duration: pieces.time + passing)
            }
            written.signal()
        }
    }

    /// Returns how the checkpoint that was begun has ended; nil while it is being written, and when none
    /// was begun since the last outcome.
    func takeOutcome() -> Outcome? {
        guard isBusy, written.wait(timeout: .now()) == .success else { return nil }
        return take()
    }

    /// Waits for the checkpoint that was begun; nil when none was since the last outcome.
    func wait() -> Outcome? {
        guard isBusy else { return nil }
        written.wait()
        return take()
    }

    private func take() -> Outcome? {
        isBusy = false
        return slot.outcome.withLock { outcome in
            defer { outcome = nil }
            return outcome
        }
    }
}

/// A file that comes in pieces, on the thread that writes it.
private final class FileOfPieces: @unchecked Sendable {
    /// The pieces that came and are not written.
    let waiting = Atomic<Int>(0)

    // The thread that writes alone touches these.
    var path = ""
    var layer: Int?
    var writer: SafetensorsWriter?
    private(set) var failure: StorageError?
    /// How long the thread has worked.
    private(set) var time = Duration.zero

    /// Does a part of the work, unless one before it has failed.
    func work(_ part: () throws(StorageError) -> Void) {
        guard failure == nil else { return }
        let start = ContinuousClock.now
        do throws(StorageError) { try part() } catch { failure = error }
        time += .now - start
    }
}

/// Memory for copies of checkpoints, kept from one to the next.
struct SnapshotMemory {
    private var arrays: [[Float]] = []

    /// Returns a checkpoint that shares no array of floats with the training.
    ///
    /// Layers that are finished do not change any more, and are not copied.
    mutating func copy(_ checkpoint: Checkpoint) throws(StateFault) -> Checkpoint {
        var number = 0
        var model = checkpoint.model
        var current = checkpoint.current
        current.parameters.values = copy(current.parameters.values[...], number)
        model = Model(
            layers: checkpoint.finished + [current], imageShape: model.imageShape,
            standardization: model.standardization, notes: model.notes)
        var state = StateTree(prefix: checkpoint.state.prefix)
        for (name, tensor) in checkpoint.state.tensors.sorted(by: { $0.key < $1.key }) {
            guard case .floats(let values, let shape) = tensor else {
                state.set(tensor, name)
                continue
            }
            number += 1
            state.set(.floats(copy(values, number)[...], shape: shape), name)
        }
        for (name, text) in checkpoint.state.notes { state.note(text, name) }
        return try Checkpoint(model, state)
    }

    /// Copies values into the array of a number, in its own memory when nobody else holds it.
    mutating func copy(_ values: ArraySlice<Float>, _ number: Int) -> [Float] {
        if number == arrays.count { arrays.append([]) }
        // Taken out, so that it is held once while it is written to.
        var array: [Float] = []
        swap(&array, &arrays[number])
        // An array made of a whole slice would share its memory.
        if array.count != values.count { array = Array(repeating: 0, count: values.count) }
        var target = array.mutableSpan
        let source = values.span
        for place in target.indices { target[place] = source[place] }
        arrays[number] = array
        return array
    }
}

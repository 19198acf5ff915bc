import Foundation
import ModelFiles
import RBMCore
import Storage
import Synchronization
import TestSupport
import Testing

@testable import DistributedTraining

@Suite struct CheckpointWriterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func checkpoint(_ totalSteps: Int, _ value: Float = 0) throws -> Checkpoint {
        var parameters = Parameters(visible: 5, hidden: 3)
        for place in parameters.values.indices { parameters.values[place] = Float(place) + value }
        let rbm = RBM(visibleUnits: .bernoulli, hiddenUnits: .bernoulli, parameters: parameters)
        var state = StateTree(prefix: Checkpoint.prefix(ofLayer: 0))
        state.set(parameters, "velocity")
        state.set(.bytes([1, 0, 1], shape: [1, 3]), "chains")
        let notes = [
            "averaged": "0", "layer": "0", "step": "1", "total_steps": "\(totalSteps)", "seed": "1",
            "configuration": "a: 1\n",
        ]
        for (name, text) in notes { state.note(text, name) }
        return try Checkpoint(Model(layers: [rbm], imageShape: [5]), state)
    }

    private func writer() -> CheckpointWriter {
        CheckpointWriter(CheckpointFolder(folder.file("checkpoints"), keep: 2))
    }

    @Test func theOutcomeComesWhenTheFileIsThere() throws {
        let writer = writer()
        #expect(writer.wait() == nil && writer.takeOutcome() == nil)
        let gate = DispatchSemaphore(value: 0)
        let first = try checkpoint(8)
        try writer.start(first) { gate.wait() }
        #expect(writer.takeOutcome() == nil)
        #expect(!FileManager.default.fileExists(atPath: folder.file("checkpoints")))
        gate.signal()
        let path = try #require(writer.wait()).result.get()
        #expect(try Checkpoint(path: path) == first)
        #expect(writer.wait() == nil)
    }

    @Test func theFileHoldsWhatWasThereAtTheBeginning() throws {
        let writer = writer()
        for steps in 1...3 {
            var live = try checkpoint(steps, Float(steps))
            let gate = DispatchSemaphore(value: 0)
            try writer.start(live) { gate.wait() }
            // The training goes on while the file waits.
            live = try checkpoint(steps, -1)
            gate.signal()
            let path = try #require(writer.wait()).result.get()
            #expect(try Checkpoint(path: path) == checkpoint(steps, Float(steps)))
            #expect(live.current.parameters.values[0] == -1)
        }
    }

    @Test func aFailureIsAnOutcomeAndTheNextIsTried() throws {
        let writer = writer()
        try writer.start(try checkpoint(1)) { () throws(StorageError) in
            throw StorageError(.cannotWrite, "metrics.jsonl", "may not be on disk")
        }
        let failure = try #require(writer.wait())
        #expect(throws: StorageError.self) { _ = try failure.result.get() }
        #expect(!FileManager.default.fileExists(atPath: folder.file("checkpoints")))
        try writer.start(try checkpoint(2)) {}
        #expect(try #require(writer.wait()).result.get().hasSuffix("step-0000000002.safetensors"))
    }

    @Test func whatWasBegunIsWrittenBeforeTheWriterGoes() throws {
        var writer: CheckpointWriter? = writer()
        try writer?.start(try checkpoint(5)) { usleep(100_000) }
        writer = nil
        #expect(
            FileManager.default.fileExists(
                atPath: folder.file("checkpoints/step-0000000005.safetensors")))
    }

    @Test func piecesMakeTheFileOfAWholeCheckpoint() throws {
        let writer = writer()
        let checkpoint = try checkpoint(3)
        var held = checkpoint.file()
        let names = ["layers.0.velocity.weights", "layers.0.weights"]
        let pieces = names.compactMap { held.tensors.removeValue(forKey: $0) }
        let shapes = Dictionary(uniqueKeysWithValues: zip(names, pieces.map(\.shape)))
        let gate = DispatchSemaphore(value: 0)
        writer.start(held, inPieces: shapes, totalSteps: 3, isBestOfLayer: 0) { gate.wait() }
        #expect(writer.hasWrittenPieces)
        for piece in pieces {
            writer.take(Array(piece.bytes[..<8]))
            writer.take(Array(piece.bytes[8...]))
        }
        #expect(!writer.hasWrittenPieces)
        gate.signal()
        writer.waitForPieces()
        #expect(writer.hasWrittenPieces && writer.takeOutcome() == nil)
        writer.endPieces(passing: .seconds(7))
        let outcome = try #require(writer.wait())
        let path = try outcome.result.get()
        #expect(outcome.duration > .seconds(7))
        #expect(try Checkpoint(path: path) == checkpoint)
        let written = try folder.bytes("checkpoints/step-0000000003.safetensors")
        #expect(Array(written) == checkpoint.file().encoded())
        #expect(try folder.bytes("checkpoints/best-layer-0.safetensors") == written)
    }

    @Test func piecesThatCannotBeWrittenAreTaken() throws {
        let writer = writer()
        let held = SafetensorsFile(metadata: [:], tensors: [:])
        writer.start(held, inPieces: ["a": [2]], totalSteps: 4, isBestOfLayer: nil) {
            () throws(StorageError) in throw StorageError(.cannotWrite, "disk", "is full")
        }
        writer.take([0, 0, 0, 0])
        writer.take([0, 0, 0, 0])
        writer.endPieces(passing: .zero)
        let failure = try #require(writer.wait())
        #expect(throws: StorageError.self) { _ = try failure.result.get() }
        try writer.start(try checkpoint(5)) {}
        #expect(try #require(writer.wait()).result.get().hasSuffix("step-0000000005.safetensors"))
    }

    @Test func aFileWhosePiecesDoNotComeIsNotThere() throws {
        var writer: CheckpointWriter? = writer()
        let held = SafetensorsFile(metadata: [:], tensors: [:])
        writer?.start(held, inPieces: ["a": [2]], totalSteps: 6, isBestOfLayer: nil) {}
        writer?.take([0, 0, 0, 0])
        writer = nil
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.file("checkpoints")) == [])
    }

    @Test func aCopySharesNothingAndKeepsItsMemory() throws {
        var memory = SnapshotMemory()
        let original = try checkpoint(1)
        func address(_ checkpoint: Checkpoint) -> Int {
            unsafe checkpoint.current.parameters.values.withUnsafeBufferPointer {
                Int(bitPattern: $0.baseAddress)
            }
        }
        let (first, own) = try {
            let copy = try memory.copy(original)
            #expect(copy == original)
            return (address(copy), address(original))
        }()
        #expect(first != own)
        let again = try memory.copy(checkpoint(2, 7))
        #expect(try again == checkpoint(2, 7))
        #expect(address(again) == first)
        // While somebody holds the copy, the next one takes other memory.
        let third = try memory.copy(original)
        #expect(address(third) != first && again.current.parameters.values[0] == 7)
    }
}

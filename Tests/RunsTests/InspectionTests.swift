import Foundation
import ModelFiles
import RBMCore
import Reports
import Storage
import TestSupport
import Testing
@testable import Runs

@Suite struct InspectionTests {
    private func object(_ json: String) throws -> [String: Any] {
        #expect(!json.contains("\n"))
        let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
        return try #require(value as? [String: Any])
    }

    @Test func tellsOfAModel() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/stack"
            let layers = [makeRBM(.spin, 6, .bernoulli, 4), makeRBM(.bernoulli, 4, .spin, 3)]
            let notes = ["step": "70", "seed": "18446744073709551615", "configuration": "a: 1\n"]
            try Model(layers: layers, imageShape: [2, 3], notes: notes).file().write(to: path)
            guard case .model(let found) = try Inspection(path: path) else {
                Issue.record("the model was not taken for one")
                return
            }
            #expect(found.kind == "model" && found.format == "wilson-1")
            #expect(found.checksumsVerified)
            #expect(found.imageShape == [2, 3] && found.parameters == 34 + 19)
            #expect(found.step == 70 && found.seed == .max && found.configuration == "a: 1\n")
            #expect(found.training == nil && found.layers == layers.map(LayerSummary.init))

            let json = try object(jsonText(try InspectionRun(file: path).run()))
            #expect(json["checksums_verified"] as? Bool == true)
            #expect(json["image_shape"] as? [Int] == [2, 3])
            let first = try #require((json["layers"] as? [[String: Any]])?.first)
            #expect(first["visible_units"] as? String == "spin" && first["hidden"] as? Int == 4)
            let text = try InspectionRun(file: path).run().table.description
            #expect(text.contains("checksums verified") && text.contains("2×3"))
            let stored = try InspectionRun(file: path).configuration(of: .model(found))
            #expect(stored == "a: 1\n")
        }
    }

    @Test func tellsOfACheckpoint() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/step"
            let below = makeRBM(.bernoulli, 6, .bernoulli, 4)
            let current = makeRBM(.bernoulli, 4, .bernoulli, 3)
            var state = StateTree(prefix: "layers.1.")
            state.set(current.parameters, "velocity")
            state.set(.bytes([UInt8](repeating: 1, count: 15), shape: [5, 3]), "chains")
            let notes = [
                "averaged": "0", "layer": "1", "step": "12", "total_steps": "32", "seed": "9",
                "configuration": "b: 2",
            ]
            for (name, text) in notes { state.note(text, name) }
            try Checkpoint(Model(layers: [below, current], imageShape: [6]), state)
                .file().write(to: path)
            guard case .model(let found) = try Inspection(path: path) else {
                Issue.record("the checkpoint was not taken for one")
                return
            }
            #expect(found.kind == "checkpoint" && found.step == 12 && found.seed == 9)
            let training = try #require(found.training)
            #expect(training.layer == 1 && training.totalSteps == 32 && training.chains == 5)
            #expect(training.averagedSteps == 0 && training.hasVelocity)
            #expect(found.layers.count == 2)
        }
    }

    @Test func aFileFromElsewhereHasNoChecksums() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/elsewhere"
            let header =
                #"{"__metadata__":{"layers.0.visible_units":"bernoulli","#
                + #""layers.0.hidden_units":"spin","note":"\"crc32.metadata\""},"#
                + #""layers.0.weights":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"#
                + #""layers.0.visible_bias":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"#
                + #""layers.0.hidden_bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#
            let length = UInt64(header.utf8.count)
            var bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
            bytes += Array(header.utf8) + [UInt8](repeating: 0, count: 12)
            try AtomicFile.write(bytes, to: path)
            guard case .model(let found) = try Inspection(path: path) else {
                Issue.record("the model was not taken for one")
                return
            }
            #expect(!found.checksumsVerified && found.format == nil && found.configuration == nil)
            #expect(found.layers[0].idleHiddenUnits == [0])
            #expect(throws: StorageError.self) {
                try InspectionRun(file: path).configuration(of: .model(found))
            }
        }
    }

    @Test func tellsOfData() throws {
        try withTemporaryFolder { folder in
            let bits = folder + "/bits.npy"
            try writeNPY([0, 1, 1, 1, 0, 0] as [UInt8], shape: [2, 3], to: bits)
            guard case .data(let found) = try Inspection(path: bits) else {
                Issue.record("the data were not taken for data")
                return
            }
            #expect(found.shape == [2, 3] && found.format == "npy" && found.elementType == "uint8")
            #expect(found.min == 0 && found.max == 1 && found.mean == 0.5)
            #expect(found.nanCount == 0 && found.infiniteCount == 0 && found.values == "bits")

            let idx = folder + "/images"
            let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]
            try AtomicFile.write(header + [0, 255, 51, 102], to: idx)
            let json = try object(jsonText(try InspectionRun(file: idx).run()))
            #expect(json["kind"] as? String == "data" && json["format"] as? String == "idx")
            #expect(json["shape"] as? [Int] == [2, 1, 2] && json["mean"] as? Double == 102)
            #expect(json["values"] as? String == "other")
        }
    }

    @Test func countsWhatIsNoNumber() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.npy"
            let values: [Float] = [.nan, 2, -.infinity, .nan, -4, 8]
            try writeNPY(values, shape: [3, 2], to: path)
            let found = try DataInspection(path: path)
            #expect(found.nanCount == 2 && found.infiniteCount == 1 && found.values == "other")
            #expect(found.min == -4 && found.max == 8 && found.mean == 2)
            try writeNPY([.nan] as [Float], shape: [1], to: path)
            let none = try DataInspection(path: path)
            #expect(none.min == nil && none.max == nil && none.mean == nil)
            #expect(none.shape == [1])
            // Nothing that JSON cannot say.
            _ = try object(jsonText(Inspection.data(none)))
        }
    }

    /// What units of bits refuse has another configuration, or none.
    @Test func refusedValuesComeWithAWayOn() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.npy"
            for (first, fits) in [(Float.nan, true), (.infinity, false)] {
                try writeNPY([first, 2, 3.5, -4], shape: [2, 2], to: path)
                let found = try DataInspection(path: path)
                #expect(found.readAs.hasPrefix("refused: "))
                #expect(found.notes.contains { $0.contains("wilson defaults --for") } == fits)
            }
            try writeNPY([0, 1, 1, 0] as [Float], shape: [2, 2], to: path)
            #expect(try DataInspection(path: path).notes == [])
        }
    }

    @Test func dataHaveNoFiltersAndNoConfiguration() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.npy"
            try writeNPY([0, 1] as [UInt8], shape: [2, 1], to: path)
            let run = InspectionRun(file: path, filters: folder + "/f.png")
            let found = try Inspection(path: path)
            for work in [{ _ = try run.run() }, { _ = try run.configuration(of: found) }] {
                let error = #expect(throws: StorageError.self) { try work() }
                #expect(error?.kind == .badFile)
                #expect(error?.description.contains("needs a model") == true)
            }
            #expect(!Folder.isFile(folder + "/f.png"))
        }
    }

    @Test func badFilesAreReportedByTheirReaders() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model"
            let rbm = makeRBM(.bernoulli, 3, .bernoulli, 2)
            try Model(layers: [rbm], imageShape: [3]).file().write(to: path)
            var bytes = try readBytes(of: path)
            bytes[bytes.count - 1] ^= 1
            try AtomicFile.write(bytes, to: path)
            expectBadFile(path, "checksum")
            try AtomicFile.write(Array(bytes.dropLast(4)), to: path)
            expectBadFile(path, "tensors need")
            try AtomicFile.write("no such format", to: path)
            expectBadFile(path, "is text without a number")
            try AtomicFile.write("short", to: folder + "/a.safetensors")
            expectBadFile(folder + "/a.safetensors", "a safetensors file has more")
            expectBadFile(folder + "/nothing.npy", "Check the name")
            expectBadFile(folder + "/nothing.safetensors", "Check the name")
            expectBadFile(folder, "folder")
        }
    }

    private func expectBadFile(
        _ path: String, _ words: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: StorageError.self, sourceLocation: sourceLocation) {
            try Inspection(path: path)
        }
        #expect(error?.kind == .badFile, sourceLocation: sourceLocation)
        #expect(
            error?.description.contains(words) == true, "\(String(describing: error))",
            sourceLocation: sourceLocation)
    }
}

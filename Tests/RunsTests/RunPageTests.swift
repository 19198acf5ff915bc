import DistributedTraining
import Foundation
import ModelFiles
import RBMCore
import Storage
import TestSupport
import Testing

@testable import Runs

@Suite struct RunPageTests {
    private func record(_ layer: Int, _ epoch: Double, _ energy: String, warnings: String = "")
        -> String
    {
        "{\"layer\": \(layer), \"epoch\": \(epoch), \"step\": \(Int(epoch * 10)), "
            + "\"free_energy_train\": \(energy), \"warnings\": [\(warnings)]}"
    }

    private func write(_ lines: [String], to folder: String) throws {
        try Folder.create(folder)
        try AtomicFile.write(lines.joined(separator: "\n"), to: folder + "/metrics.jsonl")
    }

    @Test func recordsAreRead() throws {
        try withTemporaryFolder { folder in
            try write(
                [
                    record(0, 0, "-1.5"), record(0, 1, "null", warnings: "\"a-rule\""),
                    record(0, 2, "-3", warnings: "\"a-rule\", \"other\""), record(1, 0, "7"),
                    "{\"layer\": 1, \"epo",
                ], to: folder + "/run")
            let run = try RecordedRun(folder + "/run", name: "run")
            #expect(run.layers == [0, 1] && run.records.count == 4)
            let points = run.points(of: .freeEnergyTrain, layer: 0)
            #expect(points.map(\.x) == [0, 2] && points.map(\.y) == [-1.5, -3])
            #expect(run.warnings.map(\.name) == ["a-rule", "other"])
            #expect(run.warnings[0].first == 10 && run.warnings[0].last == 20)
            #expect(run.configuration == nil && run.times.isEmpty)
            let time = "2026-11-30T13:26:04Z "
            try AtomicFile.write(
                [
                    "begins", "", "wall time by phase, over ranks", "  phase  min s", "  data  0.1",
                    "",
                    "model  x",
                ].map { time + $0 }.joined(separator: "\n") + "\n", to: folder + "/run/log.txt")
            let ended = try RecordedRun(folder + "/run", name: "run")
            #expect(ended.times == ["  phase  min s", "  data  0.1"])
        }
    }

    @Test func aPageShowsWhatThereIs() throws {
        try withTemporaryFolder { folder in
            for (name, sign) in [("a", 1.0), ("b<", -1.0)] {
                try write(
                    (0..<4).map { record(0, Double($0), "\(sign * Double($0))") },
                    to: "\(folder)/\(name)")
            }
            try AtomicFile.write(
                "data: {train: x.npy}\nlayers: [{hidden: 3}]\ntraining: {batch: 7}\n",
                to: folder + "/a/config.yaml")
            let page = try RunPage(folders: [folder + "/a", folder + "/b<"]).html()
            #expect(page.contains("free energy train, nats"))
            #expect(page.contains("<td>training.batch</td><td>7</td><td>100</td>"))
            #expect(page.contains("b&lt;") && !page.contains("b<"))
            // Nothing is loaded from elsewhere.
            #expect(!page.contains("http") && !page.contains("<script"))
            #expect(page.components(separatedBy: "class=\"s1\"").count == 3)
        }
    }

    /// Filters of each layer, and cases that the lowest layer and the whole draw.
    @Test func aStackShowsAllItsLayers() throws {
        try withTemporaryFolder { folder in
            let run = folder + "/run"
            try write([record(0, 0, "1"), record(1, 0, "2")], to: run)
            let layers = [
                makeRBM(.bernoulli, 9, .bernoulli, 4), makeRBM(.bernoulli, 4, .bernoulli, 3),
            ]
            let model = RunFolder(path: run).modelFile
            try Model(layers: layers, imageShape: [3, 3]).file().write(to: model)
            let page = try RunPage(folders: [run]).html()
            for (words, count) in [
                ("Layer 0: weights of the 4 strongest", 1),
                ("Layer 1: filters of the 3 strongest", 1),
                ("36 cases that layer 0 draws by itself", 1),
                ("36 cases that layer 1 draws, and the layers below it make into cases", 1),
                ("<img", 4),
            ] {
                // Words of a picture stand below it and in its place where none is shown.
                #expect(
                    page.components(separatedBy: words).count - 1
                        == (words == "<img" ? count : 2 * count), "\(words)")
            }
            try Model(layers: [layers[0]], imageShape: [3, 3]).file().write(to: model)
            let single = try RunPage(folders: [run]).html()
            #expect(single.contains("36 cases that the model draws, 1000 sweeps from noise"))
            #expect(single.contains("\"Weights of the 4 strongest hidden units."))
        }
    }

    @Test func namesAreAsLongAsTheyMustBe() {
        #expect(RunPage.names(of: ["runs/a", "runs/b/"]) == ["a", "b"])
        #expect(RunPage.names(of: ["x/a", "y/a"]) == ["x/a", "y/a"])
        #expect(RunPage.names(of: ["a", "a"]) == ["a", "a"])
    }

    @Test func aFolderWithoutRecordsIsNoRun() throws {
        try withTemporaryFolder { folder in
            let error = #expect(throws: StorageError.self) { try RunPage(folders: [folder]) }
            #expect(error?.description.contains("expected the folder of a training") == true)
            try write(["nothing"], to: folder + "/run")
            #expect(throws: StorageError.self) { try RunPage(folders: [folder + "/run"]) }
        }
    }
}

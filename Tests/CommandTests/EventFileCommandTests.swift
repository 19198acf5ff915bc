import Foundation
import TestSupport
import Testing

/// What `wilson train` writes for TensorBoard, read by TensorBoard.
@Suite(.launches, .serialized, .timeLimit(.minutes(15))) struct EventFileCommandTests {
    private static let hasTensorBoard =
        (try? Python.run(["-c", "import tensorboard.backend.event_processing"])) == ""

    private let small: SmallRun

    init() throws { small = try SmallRun() }

    private func eventFiles(_ output: String = "run") -> [String] {
        small.names(output).filter { $0.contains("tfevents") }
    }

    /// What TensorBoard finds in the files of a layer, a line for each value.
    private func read(_ output: String = "run", layer: Int = 0) throws -> [String] {
        try Python.run(
            script: """
                import sys, io, struct
                from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
                events = EventAccumulator(sys.argv[1], size_guidance={
                    'scalars': 0, 'images': 0, 'histograms': 0, 'compressedHistograms': 0})
                events.Reload()
                tags = events.Tags()
                for tag in tags['scalars']:
                    for e in events.Scalars(tag):
                        print(tag, e.step, repr(e.value))
                for tag in tags['images']:
                    for e in events.Images(tag):
                        png = e.encoded_image_string
                        assert png[:8] == b'\\x89PNG\\r\\n\\x1a\\n'
                        assert struct.unpack('>II', png[16:24]) == (e.width, e.height)
                        print(tag, e.step, e.width, e.height, len(png))
                for tag in tags['histograms']:
                    for e in events.Histograms(tag):
                        v = e.histogram_value
                        assert sum(v.bucket) == v.num and v.bucket_limit == sorted(v.bucket_limit)
                        print(tag, e.step, int(v.num), repr(v.min), repr(v.max))
                """, small.folder.file("\(output)/events/layer-\(layer)")
        ).split(separator: "\n").map(String.init)
    }

    @Test(.enabled(if: hasTensorBoard, "no python3 with tensorboard; PYTHON may name one"))
    func tensorBoardReadsTheRecordsOfAnyGrid() throws {
        for (output, ranks, options) in [
            ("run", nil, []), ("two", 2, []), ("divided", 2, ["--grid", "1x2"]),
        ] as [(String, Int?, [String])] {
            let run = try small.train(
                ["layers.0.hidden=128"], output: output, options: options, ranks: ranks)
            #expect(run.status == 0, "\(run.words)")
        }
        let lines = try read()
        let metrics = try String(
            contentsOfFile: small.folder.file("run/metrics.jsonl"), encoding: .utf8)
        let records = try metrics.split(separator: "\n").map {
            try #require(
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(records.count == 3)
        for record in records {
            let step = try #require(record["step"] as? Int)
            for key in ["free_energy_train", "weight_norm", "free_energy_chains"] {
                guard let value = record[key] as? Double else { continue }
                let word = "records/\(key) \(step) "
                let line = try #require(lines.first { $0.hasPrefix(word) }, "\(word)")
                #expect(Float(line.dropFirst(word.count)) == Float(value))
            }
            for word in [
                "timing/seconds \(step) ", "histograms/weights \(step) 1152 ",
                "histograms/activities \(step) 128 ", "pictures/filters \(step) ",
            ] {
                #expect(lines.contains { $0.hasPrefix(word) }, "\(word)")
            }
            #expect(lines.contains { $0.hasPrefix("pictures/chains \(step) ") } == (step > 0))
        }
        #expect(!lines.contains { $0.hasPrefix("records/step") })
        func withoutTiming(_ lines: [String]) -> [String] {
            lines.filter { !$0.hasPrefix("timing/") }
        }
        for output in ["two", "divided"] {
            #expect(withoutTiming(try read(output)) == withoutTiming(lines), "\(output)")
        }
    }

    @Test(.enabled(if: hasTensorBoard, "no python3 with tensorboard; PYTHON may name one"))
    func aRunThatGoesOnAddsAFileAndReplacesWhatCameAfter() throws {
        let interval = ["monitor.every=1 steps", "checkpoint.every=5 steps"]
        let whole = try small.train(interval)
        #expect(whole.status == 0, "\(whole.words)")
        let path = "run/checkpoints/step-0000000005.safetensors"
        let again = try small.train(interval, options: ["--resume", small.folder.file(path)])
        #expect(again.status == 0, "\(again.words)")
        #expect(eventFiles().count == 2)
        let steps = try read().filter { $0.hasPrefix("records/weight_norm ") }
            .compactMap { Int($0.split(separator: " ")[1]) }
        #expect(steps == Array(0...8))
    }

    @Test func eachLayerHasAFolder() throws {
        let run = try small.train(["layers=[{hidden: 4}, {hidden: 3}]"])
        #expect(run.status == 0, "\(run.words)")
        let files = eventFiles()
        #expect(files.count == 2)
        #expect(files.allSatisfy { $0.hasPrefix("events/layer-") }, "\(files)")
    }

    /// Chains of an upper layer are shown as what the layers below make of them, alike on any grid.
    @Test(.enabled(if: hasTensorBoard, "no python3 with tensorboard; PYTHON may name one"))
    func chainsOfUpperLayersAreCases() throws {
        let settings = ["layers=[{hidden: 128}, {hidden: 128}]"]
        for (output, ranks, options) in [("run", nil, []), ("divided", 2, ["--grid", "1x2"])]
            as [(String, Int?, [String])]
        {
            let run = try small.train(settings, output: output, options: options, ranks: ranks)
            #expect(run.status == 0, "\(run.words)")
        }
        let pictures = try read(layer: 1).filter { $0.hasPrefix("pictures/chains ") }
        // Ten chains of 3×3 pixels: the size is that of the lowest layer's picture.
        let lowest = try read().filter { $0.hasPrefix("pictures/chains ") }
        func size(_ line: String?) -> ArraySlice<Substring>? {
            line?.split(separator: " ").dropFirst(2).prefix(2)
        }
        #expect(pictures.count == 2 && size(pictures.last) != nil)
        #expect(size(pictures.last) == size(lowest.last))
        #expect(
            try read("divided", layer: 1).filter { $0.hasPrefix("pictures/") }
                == read(layer: 1).filter { $0.hasPrefix("pictures/") })
    }

    @Test func whoWantsNoneGetsNone() throws {
        let with = try small.train()
        let without = try small.train(output: "none", options: ["--no-events"])
        #expect(with.status == 0 && without.status == 0, "\(without.words)")
        #expect(eventFiles().count == 1 && eventFiles("none").isEmpty)
        #expect(
            try small.folder.bytes("run/model.safetensors")
                == small.folder.bytes("none/model.safetensors"))
    }

    /// A training is worth more than its curves.
    @Test func aTrainingGoesOnWithoutThem() throws {
        try FileManager.default.createDirectory(
            atPath: small.folder.file("run"), withIntermediateDirectories: false)
        _ = try small.write([], to: "run/events")
        let run = try small.train()
        #expect(run.status == 0, "\(run.words)")
        let words = "no more events for TensorBoard are written"
        #expect((run.output + run.errors).components(separatedBy: words).count == 2, "\(run.words)")
        #expect(small.has("run/model.safetensors"))
    }
}

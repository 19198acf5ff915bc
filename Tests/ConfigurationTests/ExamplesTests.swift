import Foundation
import RBMCore
import Testing

@testable import Configuration

@Suite struct ExamplesTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("examples")

    private func example(_ name: String) throws -> RunConfiguration {
        try RunConfiguration.load(path: Self.folder.appendingPathComponent(name).path)
    }

    @Test func everyExampleLoads() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".yaml") }
        #expect(names.count >= 4)
        for name in names {
            let read = try example(name)
            #expect(try RunConfiguration.load(text: read.resolvedYAML(), file: name) == read)
        }
    }

    @Test func theQuickstartIsTheCriticalLattice() throws {
        let read = try example("ising-critical.yaml")
        #expect(read.data.source == .ising(IsingSource()))
        let layer = try #require(read.layers.first)
        #expect(read.layers.count == 1 && layer.hidden == 64 && !layer.biases)
        #expect(layer.visibleUnits == .spin && layer.hiddenUnits == .spin)
        #expect(layer.training.algorithm == .persistent && layer.training.sweeps == 5)
        #expect(layer.training.epochs == 120 && layer.training.learningRate == 0.02)
        #expect(layer.training.batch == 100 && layer.training.average == 0.2)
        #expect(layer.training.schedule == .linear && layer.initialWeights == 0.01)
    }

    @Test func theDigitsAreThresholded() throws {
        let one = try example("mnist.yaml")
        let two = try example("dbn-mnist.yaml")
        #expect(one.layers.map(\.hidden) == [500] && two.layers.map(\.hidden) == [500, 500])
        for read in [one, two] {
            #expect(read.data.source == .file("data/train-images-idx3-ubyte.gz"))
            #expect(read.data.binarize == .threshold)
            #expect(read.training == TrainingOptions())
        }
    }

    /// The shipped cases: each of the 30 patterns of 4×4 bits, equally often.
    @Test func theBarsAndStripesAreAllThere() throws {
        let read = try example("bars-and-stripes.yaml")
        #expect(read.data.source == .file("bars-and-stripes.npy"))
        let file = try Data(contentsOf: Self.folder.appendingPathComponent("bars-and-stripes.npy"))
        let header = 10 + Int(file[8]) + Int(file[9]) << 8
        let images = stride(from: header, to: file.count, by: 16).map { Array(file[$0..<$0 + 16]) }
        let counts = Dictionary(grouping: images, by: \.self).mapValues(\.count)
        #expect(images.count == 600 && counts.count == 30)
        #expect(Set(counts.values) == [20])
        for image in counts.keys {
            let isStripes = (0..<16).allSatisfy { image[$0] == image[$0 / 4 * 4] }
            let isBars = (0..<16).allSatisfy { image[$0] == image[$0 % 4] }
            #expect(isStripes || isBars, "\(image)")
        }
    }
}

import Testing

@testable import Configuration

@Suite struct DifferencesTests {
    private func read(_ overrides: String..., layers: Int = 1) throws -> RunConfiguration {
        let text =
            "data: {train: a}\nlayers:\n" + String(repeating: "- {hidden: 3}\n", count: layers)
        return try #require(parsed(text, overrides: overrides), "\(overrides)")
    }

    /// No key may change silently: each row of the table of keys is a difference of that key.
    @Test(arguments: LoadTests.rows)
    func everyKeyButTheFreeOnesIsADifference(_ row: LoadTests.Row) throws {
        let text = row.text ?? minimalText
        let there = try #require(parsed(text))
        let here = try #require(parsed(text, overrides: [row.override]))
        let found = here.differences(from: there)
        let isFree = ["monitor.", "checkpoint.", "grid="].contains(where: row.override.hasPrefix)
        #expect(found.isEmpty == isFree, "\(row.override): \(found)")
        #expect(there.differences(from: here).isEmpty == isFree, "\(row.override)")
        #expect(here.differences(from: here).isEmpty)
    }

    @Test func aDifferenceIsASentenceWithBothValues() throws {
        let here = try read("training.batch=200", "data.held-out=0")
        #expect(
            here.differences(from: try read()) == [
                "data.held-out is 0 here but 0.1 in the run to resume",
                "training.batch is 200 here but 100 in the run to resume",
            ])
    }

    @Test func shapesAndSourcesAreNamedWhole() throws {
        let stack = try read(layers: 2)
        #expect(
            stack.differences(from: try read()) == [
                "layers is 2 layers here but 1 layer in the run to resume"
            ])
        let text = "data: {ising: {}}\nlayers: [{hidden: 3}]"
        let ising = try #require(parsed(text))
        #expect(
            ising.differences(from: try read()) == [
                "data.ising is {size: 8, coupling: critical, samples: 20000} here but absent in "
                    + "the run to resume",
                "data.train is absent here but a in the run to resume",
            ])
    }

    @Test func epochsMayGrowOnlyWhenNoUpdateDependsOnThem() throws {
        let free = ["training.schedule=constant", "training.average=0"]
        func run(_ epochs: Int, _ others: [String]) throws -> RunConfiguration {
            try #require(parsed(minimalText, overrides: others + ["training.epochs=\(epochs)"]))
        }
        #expect(try run(60, free).differences(from: run(30, free)).isEmpty)
        let shrunk = try run(20, free).differences(from: run(30, free))
        #expect(shrunk.count == 1)
        #expect(
            shrunk.first?.hasPrefix(
                "training.epochs is 20 here but 30 in the run to resume; it may only grow, with "
                    + "schedule: constant and average: 0") == true)
        for others in [[free[0]], [free[1]], []] {
            #expect(try run(60, others).differences(from: run(30, others)).count == 1, "\(others)")
        }
    }

    /// A layer that the run has left was trained with the old number of epochs.
    @Test func epochsMayNotGrowInLayersThatAreDone() throws {
        let free = ["training.schedule=constant", "training.average=0"]
        let there = try read(free[0], free[1], layers: 2)
        let here = try read(free[0], free[1], "training.epochs=60", layers: 2)
        #expect(here.differences(from: there, currentLayer: 0).isEmpty)
        let found = here.differences(from: there, currentLayer: 1)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("layers.0.training.epochs is 60 here but 30") == true)

        let top = try read(free[0], free[1], "layers.1.training.epochs=60", layers: 2)
        #expect(top.differences(from: there, currentLayer: 1).isEmpty)
    }

    @Test func aLayersOwnDifferenceIsNamedThere() throws {
        let here = try read("layers.1.training.batch=7", layers: 2)
        #expect(
            here.differences(from: try read(layers: 2)) == [
                "layers.1.training.batch is 7 here but 100 in the run to resume"
            ])
    }
}

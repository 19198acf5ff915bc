import RBMCore
import Testing

@testable import Configuration

@Suite struct StatesTests {
    private func read(_ text: String) throws -> RunConfiguration {
        try RunConfiguration.load(text: text, file: "c.yaml")
    }

    private let stack = """
        data: {train: a}
        layers:
        - {visible-units: categorical, hidden: 7, hidden-units: categorical}
        - {hidden: 5, hidden-units: categorical, hidden-categories: 4}
        - {hidden: 3, hidden-units: spin}
        """

    @Test func theStatesOfTheDataGoThroughTheStack() throws {
        let read = try read(stack)
        let layers = read.withStates(ofData: 9).layers
        #expect(layers[0].visibleUnits == .categorical(9))
        #expect(layers[0].hiddenUnits == .categorical(9))
        #expect(layers[1].visibleUnits == .categorical(9))
        #expect(layers[1].hiddenUnits == .categorical(4))
        #expect(layers[2].visibleUnits == .categorical(4))
        #expect(layers[2].hiddenUnits == .spin)
        #expect(layers.map(\.hiddenColumns) == [63, 20, 3])
        // What is written does not depend on the data.
        #expect(read.withStates(ofData: 9).resolvedYAML() == read.resolvedYAML())
    }

    @Test func otherKindsStay() throws {
        let read = try read(
            "data: {train: a}\nlayers: [{visible-units: gaussian, hidden: 7}, {hidden: 2}]")
        let layers = read.withStates(ofData: nil).layers
        #expect(layers.map(\.visibleUnits.name) == ["gaussian", "bernoulli"])
        #expect(layers.map(\.hiddenColumns) == [7, 2])
    }

    /// Runs of before the keys existed keep the bytes of their resolved configurations.
    @Test func whatIsNeutralIsNotWritten() throws {
        let plain = try read("data: {train: a}\nlayers: [{hidden: 7}]")
        #expect(!plain.resolvedYAML().contains("categories"))
        let states = try read(stack.replacing("train: a", with: "train: a, categories: 6"))
        let text = states.resolvedYAML()
        #expect(text.contains("  categories: 6\n"))
        #expect(text.contains("    hidden-categories: 4\n"))
        #expect(try RunConfiguration.load(stored: text, file: "c.yaml") == states)
    }
}

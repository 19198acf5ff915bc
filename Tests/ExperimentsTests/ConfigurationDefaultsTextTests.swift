import Testing

@testable import Experiments

@Suite struct ConfigurationDefaultsTextTests {
    @Test func theTextIsTheDefaults() throws {
        let read = try Configuration.load(text: Configuration.defaultsText, file: "defaults")
        let expected = Configuration(
            data: DataOptions(source: .file("data/train-images-idx3-ubyte.gz")),
            layers: [LayerOptions(hidden: 500)])
        #expect(read == expected)
    }

    /// With the comments gone, what is left is the resolved configuration: no key is missing.
    @Test func everyKeyStandsInTheTextInOrder() throws {
        let lines = Configuration.defaultsText.split(separator: "\n").filter {
            !$0.drop { $0 == " " }.hasPrefix("#")
        }
        let read = try Configuration.load(text: Configuration.defaultsText, file: "defaults")
        #expect(lines.joined(separator: "\n") + "\n" == read.resolvedYAML())
    }

    @Test func everyChoiceIsNamedInTheComments() {
        let comments = Configuration.defaultsText.split(separator: "\n").filter {
            $0.drop { $0 == " " }.hasPrefix("#")
        }.joined(separator: " ")
        let words =
            ConfiguredUnits.allCases.map(\.rawValue) + ConfiguredValues.allCases.map(\.rawValue)
            + ConfiguredBinarization.allCases.map(\.rawValue)
            + ConfiguredVisibleBias.allCases.map(\.rawValue)
            + ConfiguredPropagation.allCases.map(\.rawValue)
            + ConfiguredAlgorithm.allCases.map(\.rawValue)
            + ConfiguredArithmetic.allCases.map(\.rawValue)
            + ["linear", "constant", "exponential", "inverse-time", "critical", "steps", "minutes"]
        for word in words { #expect(comments.contains(word), "\(word)") }
    }

    @Test func theTextFitsTheScreen() {
        for line in Configuration.defaultsText.split(separator: "\n") {
            #expect(line.count <= 100, "\(line)")
        }
    }
}

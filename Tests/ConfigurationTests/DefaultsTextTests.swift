import Testing

@testable import Configuration

@Suite struct DefaultsTextTests {
    @Test func theTextIsTheDefaults() throws {
        let read = try RunConfiguration.load(text: RunConfiguration.defaultsText, file: "defaults")
        let expected = RunConfiguration(
            data: DataOptions(source: .file("data/train-images-idx3-ubyte.gz")),
            layers: [LayerOptions(hidden: 500)])
        #expect(read == expected)
    }

    /// With the comments gone, what is left is the resolved configuration: no key is missing.
    ///
    /// Keys at their neutral value stand in the text alone.
    @Test func everyKeyStandsInTheTextInOrder() throws {
        let neutral = [
            "maximum: auto", "categories: auto", "hidden-categories: auto", "initial-neighbours: 0",
            "tempering: {levels: auto, lowest: auto}", "scale-learning-rate: none", "weights: none",
            "missing: refuse",
            "held-out-weights: none",
            "grid: auto",
        ]
        let all = RunConfiguration.defaultsText.split(separator: "\n").filter {
            !$0.drop { $0 == " " }.hasPrefix("#")
        }
        let lines = all.filter { !neutral.contains(String($0.drop { $0 == " " })) }
        #expect(all.count == lines.count + neutral.count)
        // Two of them share their lines with others.
        let last = [", log-likelihood: none}", ", best: none}"]
        for end in last { #expect(lines.count { $0.hasSuffix(end) } == 1) }
        let written = lines.map { line in
            last.first { line.hasSuffix($0) }.map { line.dropLast($0.count) + "}" } ?? line
        }
        let read = try RunConfiguration.load(text: RunConfiguration.defaultsText, file: "defaults")
        #expect(written.joined(separator: "\n") + "\n" == read.resolvedYAML())
    }

    @Test func everyWordIsNamedInTheComments() {
        let comments = RunConfiguration.defaultsText.split(separator: "\n").filter {
            $0.drop { $0 == " " }.hasPrefix("#")
        }.joined(separator: " ")
        let words = RunConfiguration.declarations.flattened.flatMap(\.alternatives).filter {
            !$0.contains(" ") && !$0.contains("{")
        }
        for word in words + ["steps", "epochs", "minutes"] {
            #expect(comments.contains(word), "\(word)")
        }
        #expect(Set(["gaussian", "sample-once", "critical", "none", "pcd"]).isSubset(of: words))
    }

    @Test func theTextFitsTheScreen() {
        for line in RunConfiguration.defaultsText.split(separator: "\n") {
            #expect(line.count <= 100, "\(line)")
        }
    }
}

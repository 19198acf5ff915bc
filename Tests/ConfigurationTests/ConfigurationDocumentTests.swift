import TestSupport
import Testing

@testable import Configuration

@Suite struct ConfigurationDocumentTests {
    @Test(arguments: ["", "\n\n", "# only a comment\n", "~", "---\n"])
    func anEmptyFileIsOneProblem(_ text: String) {
        #expect(
            problems(text) == [
                "c.yaml: the configuration is empty; it needs at least `data` and `layers` "
                    + "(`wilson defaults` prints a whole one)"
            ])
    }

    @Test(arguments: ["5", "[1, 2]", "\"text\"", "- data"])
    func aFileThatIsNoMappingIsOneProblem(_ text: String) {
        let found = problems(text)
        #expect(found.count == 1 && found[0].contains("expected the keys data, layers"), "\(found)")
    }

    @Test(arguments: [
        ("data:\n  train: a\n layers: 5\n", "c.yaml:3:"),
        ("data: [1, 2\nlayers: 5\n", "c.yaml:2:"),
        ("data: {train: \"a}\nlayers: 5\n", "c.yaml:"),
        ("data:\n\ttrain: a\n", "c.yaml:2:1:"),
        ("data: a: b\n", "c.yaml:1:8:"),
        ("data: *nowhere\n", "c.yaml:1:7:"),
        ("data: &a [*a]\n", "c.yaml:1:11:"),
        ("data: x\nlayers: \u{1}\n", "c.yaml:2:"),
        ("%YAML 9.9\n---\ndata: x\n", "c.yaml:1:"),
        ("data: !undeclared!x 5\n", "c.yaml:1:"),
    ]) func errorsOfSyntaxHaveTheirLine(_ text: String, _ place: String) {
        let found = problems(text)
        #expect(found.count == 1, "\(found)")
        #expect(found[0].hasPrefix(place) && found[0].contains("not valid YAML"), "\(found)")
        #expect(!found[0].contains("\n"))
    }

    @Test func aSecondDocumentIsRefusedWithItsLine() {
        let found = problems(minimalText + "---\n" + minimalText)
        #expect(
            found == [
                "c.yaml:4:1: a second document begins here; a configuration is one document"
            ])
    }

    @Test func repeatedKeysDoNotHideOtherProblems() {
        let text = """
            data: {train: a}
            layers:
              - hidden: 3
                "hidden": 4
            training:
              batch: 5
              'batch': 6
              epochs: 0
              batch: 7
            layers: []

            """
        let found = problems(text)
        let places = found.map { $0.split(separator: ": ").prefix(2).joined(separator: " ") }
        #expect(
            places == [
                "c.yaml:2:1 the key \"layers\" is given again below, in the same mapping; keep one",
                "c.yaml:3:5 the key \"hidden\" is given again below, in the same mapping; keep one",
                "c.yaml:6:3 the key \"batch\" is given again below, in the same mapping; keep one",
                "c.yaml:7:3 the key \"batch\" is given again below, in the same mapping; keep one",
                "c.yaml:8:11 training.epochs", "c.yaml:10:9 layers",
            ])
    }

    @Test(arguments: [
        "a: 1\na: 2\n", "{a: 1, a: 2}", "? a\n: 1\n? a\n: 2\n", "\"\\x61\": 1\na: 2\n",
        "&x a: 1\na: *x\n", "~: 1\n~: 2\n", "!!str a: 1\na: 2\n", "é: 1\né: 2\n", "'': 1\n'': 2\n",
    ]) func repeatedKeysOfAnyNotationAreRefused(_ text: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains("given again below") }, "\(found)")
    }

    /// The parser is recursive: what would overflow its stack is refused before it starts.
    @Test(
        .slow,
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
            String(repeating: "- ", count: 100_000) + "a", String(repeating: "- ", count: 100_000),
            String(repeating: "?\t: ", count: 50_000),
            String(repeating: "? ", count: 100_000) + "a",
            (0..<2000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            String(repeating: "[", count: 1000), String(repeating: "- ", count: 99) + "a",
            String(repeating: "#", count: 2_000_000),
        ])
    func hostileNestingIsAnErrorNotACrash(_ text: String) {
        #expect(problems(text).count == 1)
        #expect(problems(minimalText, overrides: ["training=" + text]).count == 1)
    }

    @Test func otherLineEndsAndAByteOrderMarkAreFine() throws {
        let text = "\u{FEFF}" + minimalText.split(separator: "\n").joined(separator: "\r\n")
        #expect(try RunConfiguration.load(text: text, file: "c").layers.map(\.hidden) == [3])
        let found = problems(text + "\r\ntraining:\r\n  batch: 0\r\n  batch: 1\r\n")
        #expect(found.count == 1 && found[0].hasPrefix("c.yaml:5:3: the key \"batch\""), "\(found)")
    }

    @Test(arguments: [
        ("training.batch", "expected KEY.PATH=VALUE"),
        ("=5", "is no key path"),
        ("training..batch=5", "is no key path"),
        ("training. batch=5", "is no key path"),
        ("training.batch=[1", "the value: not valid YAML"),
        ("training.batch=1\n---\n2", "a second document"),
        ("training={batch: 1, batch: 2}", "the key \"batch\" is given more than once"),
        ("layers.2.hidden=5", "layers has no element \"2\"; elements are numbered 0 to 0, and 1"),
        ("layers.first.hidden=5", "layers has no element \"first\""),
        ("layers.-1.hidden=5", "layers has no element \"-1\""),
        ("data.train.x=5", "data.train is \"cases.npy\", which has no keys"),
        ("trainin.batch=5", "trainin: unknown key; did you mean `training`?"),
        ("training.btach=5", "training.btach: unknown key; did you mean `batch`?"),
    ]) func aWrongOverrideIsNamed(_ override: String, _ words: String) {
        let found = problems(minimalText, overrides: [override])
        #expect(found.count == 1, "\(found)")
        #expect(found[0].hasPrefix("--set ") && found[0].contains(words), "\(found)")
    }

    @Test func theLastOverrideOfAKeyWins() throws {
        let overrides = [
            "training.batch=0", "training.batch=7", "training.epochs=2", "layers.0.hidden=8",
        ]
        let read = try RunConfiguration.load(text: minimalText, file: "c", overrides: overrides)
        #expect(read.training.batch == 7)
        #expect(read.training.epochs == 2)
        #expect(read.layers[0].training == read.training)
        #expect(read.layers[0].hidden == 8)
    }

    @Test func anOverrideMendsTheFileAndKeepsItsOtherLines() throws {
        let text = minimalText + "training:\n  batch: 0\n  epochs: 0\n"
        let found = problems(text, overrides: ["training.batch=5"])
        #expect(found.count == 1 && found[0].hasPrefix("c.yaml:6:11: training.epochs"), "\(found)")
        let quotedKey = try RunConfiguration.load(
            text: minimalText + "training:\n  \"batch\": 9\n", file: "c",
            overrides: ["training.batch=5"])
        #expect(quotedKey.training.batch == 5)
    }

    @Test func overridesAloneMakeAConfiguration() throws {
        let read = try RunConfiguration.load(
            text: "", file: "c", overrides: ["data.ising.size=4", "layers.0.hidden=16"])
        var ising = IsingSource()
        ising.size = 4
        #expect(read.data.source == .ising(ising))
        #expect(read.layers.map(\.hidden) == [16])
    }

    @Test func aProblemInsideAnOverrideNamesTheOverride() {
        let found = problems(minimalText, overrides: ["training={batch: 0, epochs: 5}"])
        #expect(found.count == 1)
        #expect(
            found[0].hasPrefix("--set training={batch: 0, epochs: 5}: training.batch: found 0"),
            "\(found)")
        let missing = problems(minimalText, overrides: ["layers.1.biases=true"])
        #expect(
            missing.count == 1
                && missing[0].hasPrefix("--set layers.1.biases=true: layers.1: says no `hidden`"),
            "\(missing)")
    }
}

import Testing

@testable import Configuration

/// A section of before and after its keys `is-centered` and `depth` existed.
private struct Machine: ConfiguredSection, Equatable {
    var power = 3
    var isCentered = true
    var part = Part()

    struct Part: ConfiguredSection, Equatable {
        var depth = 4
        var width = 5

        static let defaults = Part()
        static let settings = [
            Setting("depth", \Part.depth, .integer(0...9), neutral: 0, onResume: .free, "Depth."),
            Setting("width", \Part.width, .integer(1...9), "Width."),
        ]
    }

    static let defaults = Machine()
    static let settings = [
        Setting(
            "power", \Machine.power, .integer(1...9),
            onResume: .allowed("it may only grow") { here, there in here.power > there.power },
            "Power."),
        Setting("is-centered", \Machine.isCentered, .boolean, neutral: false, "Centered."),
        Setting("part", \Machine.part, .inline, "Part."),
    ]

    func text(_ wording: Wording) -> String { YAMLOutline.flow(pairs(wording)).inline }
}

@Suite struct SettingTests {
    @Test func aDefaultThatIsNotNeutralIsWritten() {
        let written = "{power: 3, is-centered: true, part: {depth: 4, width: 5}}"
        #expect(Machine().text(.full) == written)
        #expect(Machine().text(.resolved) == written)
    }

    @Test func aNeutralValueIsLeftOutOfWhatIsStored() {
        var machine = Machine()
        machine.isCentered = false
        machine.part.depth = 0
        #expect(machine.text(.resolved) == "{power: 3, part: {width: 5}}")
        #expect(machine.text(.full) == "{power: 3, is-centered: false, part: {depth: 0, width: 5}}")
        #expect(Machine.neutral == machine)
    }

    /// What differs is read over what is inherited, and so must undo it.
    @Test func aNeutralValueIsWrittenOverAnotherThatIsInherited() {
        func written(_ own: Machine, over inherited: Machine) -> String {
            YAMLOutline.flow(own.pairs(differingFrom: inherited)).inline
        }
        var wide = Machine.neutral
        wide.part.width = 7
        #expect(written(.neutral, over: .neutral) == "{}")
        #expect(written(wide, over: .neutral) == "{part: {width: 7}}")
        #expect(
            written(wide, over: Machine()) == "{is-centered: false, part: {depth: 0, width: 7}}")
        #expect(
            written(Machine(), over: wide) == "{is-centered: true, part: {depth: 4, width: 5}}")
    }

    @Test func aKeyThatAStoredTextLacksIsNeutral() {
        let stored = ConfigurationReader(text: "a: 1", file: "c", isStored: true)
        #expect(stored.start(of: Machine.self) == .neutral)
        #expect(ConfigurationReader(text: "a: 1", file: "c").start(of: Machine.self) == .defaults)
    }

    @Test func onlyWhatMayChangeIsTakenOver() {
        var here = Machine()
        here.part = Machine.Part(depth: 8, width: 9)
        here.power = 7
        var there = Machine()
        there.adopt(from: here)
        #expect(there.text(.full) == "{power: 7, is-centered: true, part: {depth: 8, width: 5}}")
        here.power = 2
        there.adopt(from: here)
        #expect(there.power == 7)
    }

    @Test func theDeclarationsAreThoseOfTheSettings() {
        let declarations = Machine.declarations
        #expect(declarations.map(\.name) == ["power", "is-centered", "part"])
        #expect(declarations.map(\.fallback) == ["3", "true", "{depth: 4, width: 5}"])
        #expect(declarations.map(\.onResume) == ["it may only grow", nil, nil])
        #expect(declarations[2].keys.map(\.onResume) == ["it may be changed", nil])
        #expect(declarations[0].alternatives == ["an integer from 1 to 9"])
    }

    /// A run that goes on keeps what is older than a default, where the configuration leaves the key out.
    @Test func aRunThatGoesOnKeepsWhatItsConfigurationLeavesOut() throws {
        func goingOn(_ text: String, _ overrides: String..., with run: String) throws
            -> RunConfiguration
        {
            try RunConfiguration.load(
                text: text, file: "c.yaml", overrides: overrides,
                goingOnWith: try .load(stored: run, file: "run"))
        }
        let layers = "data: {train: a}\nlayers: [{hidden: 3}, {hidden: 4, training: {batch: 7}}]\n"
        let fresh = try RunConfiguration.load(text: layers, file: "c.yaml")
        let old = try RunConfiguration.load(stored: layers, file: "run")
        #expect(fresh.training.centering && !old.training.centering)
        #expect(try goingOn(layers, with: layers) == old)
        // Given in the file, for one layer, or by an override, it is as it was given.
        let given = layers + "training: {centering: true, global-flips: true}"
        #expect(try goingOn(given, with: layers) == fresh)
        #expect(
            try goingOn(
                layers, "training.centering=true", "training.global-flips=true", with: layers)
                == fresh)
        let upper = try goingOn(layers, "layers.1.training.centering=true", with: layers)
        #expect(upper.layers.map(\.training.centering) == [false, true])
        #expect(!upper.training.centering)
        // A run that has another value than the neutral one is told of no difference, either.
        #expect(try goingOn(layers, with: fresh.resolvedYAML()) == fresh)
        // Other keys that are left out have their defaults.
        #expect(
            try goingOn(layers, with: layers + "training: {sweeps: 3}").training.sweeps == 1)
    }
}

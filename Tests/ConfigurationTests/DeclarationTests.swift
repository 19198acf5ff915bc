import Testing

@testable import Configuration

extension [Declaration] {
    /// The declarations with those under them; keys that override others' are not told twice.
    var flattened: [Declaration] {
        flatMap { [$0] + ($0.isOverlay ? [] : $0.keys.flattened) }
    }
}

@Suite struct DeclarationTests {
    private let declarations = RunConfiguration.declarations

    @Test func aKeyIsFoundAtItsPath() {
        for (path, default_) in [
            ("training.batch", "100"), ("training.weight-decay.l2", "0"),
            ("monitor.every", "1 epoch"),
            ("layers.7.hidden-units", "bernoulli"), ("layers.0.training.sweeps", "1"),
        ] {
            let keys = path.split(separator: ".").map(String.init)
            let found = declarations.declaration(at: keys)
            #expect(found?.name == keys.last)
            #expect(found?.fallback == default_, "\(path)")
        }
        #expect(declarations.declaration(at: ["training", "hidden"]) == nil)
        #expect(declarations.declaration(at: ["colour"]) == nil)
    }

    @Test(arguments: [
        ("batch", "training.batch"), ("size", "data.ising.size"), ("hidden", "layers.0.hidden"),
        ("cost", "training.sparsity.cost"), ("every", "monitor.every"), ("data", "data"),
        ("over", "training.momentum.over"), ("exponential", "training.schedule.exponential"),
    ]) func aKeyOfAnotherSectionHasItsHome(_ key: String, _ home: String) {
        #expect(declarations.home(of: key) == home)
    }

    @Test func aKeyOfNoSectionHasNoHome() {
        #expect(declarations.home(of: "colour") == nil)
    }

    /// A property that no key sets would have its default for ever.
    @Test func everyPropertyHasASetting() {
        expectSettings(RunConfiguration.self)
        expectSettings(LayerOptions.self)
        expectSettings(TrainingOptions.self)
        expectSettings(IsingSource.self)
        expectSettings(CheckpointOptions.self)
    }

    private func expectSettings<Section: ConfiguredSection>(_ section: Section.Type) {
        let properties = Mirror(reflecting: section.defaults).children.compactMap(\.label)
        let names = section.settings.map { setting in
            setting.name.split(separator: "-").enumerated().map { index, word in
                index == 0 ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
            }.joined()
        }
        #expect(properties == names, "\(section)")
    }

    @Test func everyKeyHasHelp() {
        for declaration in declarations.flattened {
            #expect(declaration.help.hasSuffix("."), "\(declaration.name)")
            #expect(!declaration.alternatives.isEmpty, "\(declaration.name)")
        }
    }
}

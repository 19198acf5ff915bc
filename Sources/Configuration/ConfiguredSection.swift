import Yams

/// A part of a configuration whose keys are declared: a mapping in YAML, a value in Swift.
protocol ConfiguredSection: Sendable {
    /// The keys, in the order in which they are written.
    static var settings: [Setting<Self>] { get }

    /// What a mapping without keys means.
    static var defaults: Self { get }

    /// Reports the keys that a mapping lacks, or that do not go beside each other.
    static func checkKeys(of mapping: GivenMapping)
}

extension ConfiguredSection {
    static var declarations: [Declaration] { settings.map(\.declaration) }

    /// What a stored mapping without keys means: a run older than the keys with neutral values.
    static var neutral: Self {
        var section = defaults
        section.neutralize()
        return section
    }

    static func checkKeys(of mapping: GivenMapping) {
        reportMissing(in: mapping)
    }

    /// Reports the required keys that are missing, unless something nearer to the cause was said.
    static func reportMissing(in mapping: GivenMapping) {
        let place = mapping.place
        let missing = settings.filter { setting in
            setting.required != nil && mapping.values[setting.name] == nil
                && !place.place(of: setting.name).isWrong
        }
        guard let expected = missing.first?.required, !place.isWrong else { return }
        let names = alternatives(missing.map { "`\($0.name)`" })
        place.report("says no \(names); expected \(expected)", mark: mapping.mark)
    }

    /// Reads a mapping; keys that it leaves out keep their values.
    mutating func read(_ node: Node?, at place: Place) {
        let mapping = place.mapping(node, keys: Self.settings.map(\.name))
        Self.checkKeys(of: mapping)
        let ordered = Self.settings.filter { !$0.isReadLast } + Self.settings.filter(\.isReadLast)
        for setting in ordered {
            setting.read(mapping.values[setting.name], place.place(of: setting.name), &self)
        }
    }

    /// Writes the keys in their order.
    func pairs(_ wording: Wording) -> [(key: String, value: YAMLOutline)] {
        Self.settings.compactMap { setting in
            setting.write(self, wording).map { (setting.name, $0) }
        }
    }

    /// Writes the keys that have other values than those of `inherited`, over which they will be read.
    func pairs(differingFrom inherited: Self) -> [(key: String, value: YAMLOutline)] {
        let (own, theirs) = (pairs(.resolved), inherited.pairs(.resolved))
        return zip(pairs(.full), inherited.pairs(.full)).filter { $0.value != $1.value }.map {
            full, _ in
            // A neutral value must be written where the inherited one is not.
            let resolved = [own, theirs].map { pairs in
                pairs.first { $0.key == full.key }?.value
            }
            let isPlain = resolved[0] != nil && resolved[0]?.keys == resolved[1]?.keys
            return isPlain ? (full.key, resolved[0] ?? full.value) : full
        }
    }

    /// Copies what `here` may change as the stored run of this section goes on.
    mutating func adopt(from here: Self) {
        for setting in Self.settings { setting.adopt(here, &self) }
    }

    /// Sets all neutral values.
    mutating func neutralize() {
        for setting in Self.settings { setting.neutralize(&self) }
    }
    /// Takes over the values of a run that goes on, of keys that nobody gives and whose defaults are
    /// newer than the run.
    mutating func recall(from run: Self, given: GivenKeys) {
        for setting in Self.settings { setting.recall(&self, run, given) }
    }
}

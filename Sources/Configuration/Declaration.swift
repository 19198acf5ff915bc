/// What is known of a key, whatever it sets: its name, what may stand there, what it means.
///
/// The commented defaults, the reference page, the suggestions of keys and the messages follow from
/// the declarations; a ``Setting`` adds how its value is read and written.
struct Declaration: Sendable {
    let name: String

    /// What may stand there, in words: `an integer from 1 to 65535`, or `batch`.
    let alternatives: [String]

    /// What the key means, in sentences; the lines are those of the commented defaults.
    let help: String

    /// What a configuration means that leaves the key out, in YAML; nil where the key is required, or
    /// one of several.
    var fallback: String?

    /// When the key may be changed as a run goes on, in words; nil where it never may.
    var onResume: String?

    /// The keys of the mapping, or of each mapping of the list, that stands there.
    var keys: [Declaration] = []

    /// Tells whether a list of mappings stands there.
    var isList = false

    /// Tells whether the keys are those of another section, which they override.
    var isOverlay = false
}

extension [Declaration] {
    /// Finds the declaration of the key at `path`, in which numbers name elements of lists.
    func declaration(at path: [String]) -> Declaration? {
        guard let name = path.first, let own = first(where: { $0.name == name }) else { return nil }
        let rest = path.dropFirst(own.isList ? 2 : 1)
        return rest.isEmpty ? own : own.keys.declaration(at: [String](rest))
    }

    /// Finds where a key belongs that was written in the wrong section; the first place of several.
    func home(of key: String) -> String? {
        if contains(where: { $0.name == key }) { return key }
        for declaration in self where !declaration.isOverlay {
            let path = declaration.name + (declaration.isList ? ".0." : ".")
            if let home = declaration.keys.home(of: key) { return path + home }
        }
        return nil
    }
}

import Yams

/// A key of a section, declared once: all that reads, writes, compares or explains it follows.
struct Setting<Section: Sendable>: Sendable {
    let declaration: Declaration

    /// What is expected where the key, or another in its place, is missing; nil where it may be left
    /// out.
    let required: String?

    /// Tells whether the value builds on those of other keys, and so is read after them.
    let isReadLast: Bool

    /// Reads the value at a place; where no node stands, the value stays as it is.
    let read: @Sendable (Node?, Place, inout Section) -> Void

    /// Writes the value; nil where the key is left out.
    let write: @Sendable (Section, Wording) -> YAMLOutline?

    /// Copies from the first section into that of a stored run what may change as the run goes on.
    let adopt: @Sendable (Section, inout Section) -> Void

    /// Sets the neutral value, if there is one.
    let neutralize: @Sendable (inout Section) -> Void

    /// Takes over the value of a run that goes on, where nobody gives one and the default is newer than
    /// the run.
    let recall: @Sendable (inout Section, _ run: Section, GivenKeys) -> Void

    var name: String { declaration.name }
}

/// How much of a section is written.
enum Wording {
    /// Every key.
    case full
    /// Every key but those at their neutral value.
    case resolved
}

/// Whether a key may be changed when a run goes on.
enum Resumption<Section>: Sendable {
    case refused
    case free
    /// The condition in words, and as a function of the sections here and in the run to resume.
    case allowed(String, @Sendable (Section, Section) -> Bool)
}

extension Setting where Section: ConfiguredSection {
    /// Declares the key that sets the property at `property`, whose default is the section's.
    ///
    /// - Parameters:
    ///   - required: What is expected where the key is missing, if it, or another in its place, must
    ///     be given.
    ///   - neutral: The value with which a run is what it was before the key existed. It is not
    ///     written into resolved configurations, so that such runs keep their bytes, and is what a
    ///     stored configuration means that lacks the key.
    ///   - formerly: Defaults of earlier versions. A configuration that leaves the key out goes on with
    ///     a run that began at one of them, or at the neutral value, as that run has it.
    ///   - help: What the key means; the lines are those of the commented defaults.
    init<Value: Sendable>(
        _ name: String, _ property: any WritableKeyPath<Section, Value> & Sendable,
        _ notation: Notation<Value>, required: String? = nil, neutral: Value? = nil,
        formerly: [Value] = [], onResume: Resumption<Section> = .refused, _ help: String
    ) {
        let onResumeWords: String? =
            switch onResume {
            case .refused: nil
            case .free: "it may be changed"
            case .allowed(let words, _): words
            }
        let fallback =
            notation.isOverlay
            ? "{}" : notation.write(Section.defaults[keyPath: property], .full)?.inline
        declaration = Declaration(
            name: name, alternatives: notation.alternatives, help: help,
            fallback: required == nil ? fallback : nil, onResume: onResumeWords,
            keys: notation.keys, isOverlay: notation.isOverlay)
        self.required = required
        isReadLast = false
        read = { node, place, section in notation.read(node, place, &section[keyPath: property]) }
        write = { section, wording in
            let outline = notation.write(section[keyPath: property], wording)
            guard wording == .resolved, let neutral, let outline else { return outline }
            return outline == notation.write(neutral, .resolved) ? nil : outline
        }
        adopt = { here, there in
            switch onResume {
            case .refused:
                notation.adopt(here[keyPath: property], &there[keyPath: property])
            case .free:
                there[keyPath: property] = here[keyPath: property]
            case .allowed(_, let isAllowed):
                if isAllowed(here, there) { there[keyPath: property] = here[keyPath: property] }
            }
        }
        neutralize = { section in
            if let neutral {
                section[keyPath: property] = neutral
            } else {
                notation.neutralize(&section[keyPath: property])
            }
        }
        recall = { here, run, given in
            let given = given.inside(name)
            if let recall = notation.recall {
                return recall(&here[keyPath: property], run[keyPath: property], given)
            }
            let value = notation.write(run[keyPath: property], .full)
            let isEarlier = (formerly + [neutral].compactMap(\.self)).contains {
                notation.write($0, .full) == value
            }
            if isEarlier, !given.isGiven { here[keyPath: property] = run[keyPath: property] }
        }
    }
}

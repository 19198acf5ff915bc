import Yams

/// Why a path leads to no place in a tree.
struct PathMismatch: Error {
    var message: String
}

/// Returns a tree with a value set at a path, in which numbers name elements of lists.
///
/// An index one past the end adds an element, and absent mappings on the way are made.
func setting(
    _ value: Node, at path: ArraySlice<String>, in node: Node?, under parents: [String] = []
) throws(PathMismatch) -> Node {
    guard let step = path.first else { return value }
    let rest = path.dropFirst()
    let here = parents.isEmpty ? "the configuration" : parents.joined(separator: ".")
    switch node {
    case .mapping(var mapping):
        // Compared as text: an override must find the key however the file quotes it.
        let index = mapping.firstIndex { $0.key.scalar?.string == step }
        let child = try setting(
            value, at: rest, in: index.map { mapping[$0].value }, under: parents + [step])
        if let index {
            mapping[index] = (mapping[index].key, child)
            return .mapping(mapping)
        }
        return .mapping(
            .init(Array(mapping) + [(Node(step), child)], mapping.tag, .any, mapping.mark))
    case .sequence(var sequence):
        guard let index = Int(step), index >= 0, index <= sequence.count else {
            let range = sequence.isEmpty ? "0" : "0 to \(sequence.count - 1)"
            throw PathMismatch(
                message: "\(here) has no element \(quoted(step)); elements are numbered "
                    + "\(range), and \(sequence.count) adds one")
        }
        let isNew = index == sequence.count
        let child = try setting(
            value, at: rest, in: isNew ? nil : sequence[index], under: parents + [step])
        if isNew { sequence.append(child) } else { sequence[index] = child }
        return .sequence(sequence)
    case .scalar(let scalar) where PlainScalar(scalar.string) != .empty:
        throw PathMismatch(
            message: "\(here) is \(quoted(scalar.string)), which has no keys; to replace it, "
                + "set it as a whole: '\(here)={\(step): …}'")
    case .alias, .scalar, nil:
        if Int(step) != nil {
            return try setting(value, at: path, in: .sequence(.init([])), under: parents)
        }
        return try setting(value, at: path, in: .mapping(.init([])), under: parents)
    }
}

import Foundation
import Testing

@testable import Configuration

/// The keys in `docs/reference.md` are those of the declarations.
///
/// After a change of these, `WILSON_WRITE_REFERENCE=1 launch/test --filter ReferencePageTests` writes
/// them into the page.
@Suite struct ReferencePageTests {
    static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "docs/reference.md")

    @Test func thePageHasTheKeysOfTheDeclarations() throws {
        let keys = ReferencePage.keys(of: RunConfiguration.declarations) + "\n"
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let start = try #require(text.range(of: "<!-- keys:")?.lowerBound)
        let begin = try #require(text[start...].range(of: "-->\n")?.upperBound)
        let end = try #require(text.range(of: "<!-- end of keys -->")?.lowerBound)
        if ProcessInfo.processInfo.environment["WILSON_WRITE_REFERENCE"] != nil {
            let page = text[..<begin] + keys + text[end...]
            try page.write(to: Self.file, atomically: true, encoding: .utf8)
        } else {
            #expect(text[begin..<end] == keys)
        }
    }

    @Test func anEntryIsWholeAndWrapped() {
        let entries = ReferencePage.keys(of: [
            Declaration(
                name: "part", alternatives: ["a mapping"], help: "What all of it\nis.",
                keys: [
                    Declaration(
                        name: "size", alternatives: ["an integer from 1 to 9", "all"],
                        help: String(repeating: "word ", count: 20) + "end.", fallback: "all",
                        onResume: "it may grow")
                ])
        ])
        #expect(
            entries == """

                ### `part`

                What all of it is.

                - **`part.size`**: an integer from 1 to 9 or `all`; by default `all`. word word word word word
                  word word word word word word word word word word word word word word word end. When a run goes
                  on, it may grow.

                """)
    }
}

/// The text of the reference page that follows from declarations.
private enum ReferencePage {
    static func keys(of declarations: [Declaration]) -> String {
        declarations.map { declaration in
            let title = "\n### `\(declaration.name)`\n\n"
            guard !declaration.keys.isEmpty else {
                return title + wrapped(facts(of: declaration).capitalizedFirst) + "\n"
            }
            let path = declaration.name + (declaration.isList ? ".N." : ".")
            return title + wrapped(sentences(of: declaration)) + "\n\n"
                + entries(of: declaration.keys, path, indent: "")
        }.joined()
    }

    private static func entries(of keys: [Declaration], _ path: String, indent: String) -> String {
        keys.map { key in
            let text = "\(indent)- **`\(path)\(key.name)`**: \(facts(of: key))"
            let nested = key.isOverlay ? [] : key.keys
            return wrapped(text, indent: indent + "  ") + "\n"
                + entries(of: nested, "\(path)\(key.name).", indent: indent + "  ")
        }.joined()
    }

    private static func facts(of key: Declaration) -> String {
        let words = key.alternatives.map { word in
            word.hasPrefix("{") || !word.contains(" ") ? "`\(word)`" : word
        }
        let fallback = key.fallback.map { "by default `\($0)`" } ?? "no default"
        return "\(alternatives(words)); \(fallback). \(sentences(of: key))"
    }

    private static func sentences(of key: Declaration) -> String {
        let help = key.help.split(separator: "\n").joined(separator: " ")
        return help + (key.onResume.map { " When a run goes on, \($0)." } ?? "")
    }

    /// Breaks lines at 100 columns.
    private static func wrapped(_ text: String, indent: String = "") -> String {
        var lines: [String] = []
        for word in text.drop(while: { $0 == " " }).split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= 100 {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(indent + word)
            }
        }
        let lead = String(text.prefix { $0 == " " })
        return lead + lines.joined(separator: "\n").dropFirst(indent.count)
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

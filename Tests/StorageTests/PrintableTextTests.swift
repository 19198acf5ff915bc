import Foundation
import Storage
import Testing

@Suite struct PrintableTextTests {
    @Test(arguments: [
        ("\u{1B}]0;title\u{7}", "\\u{1B}]0;title\\u{7}"), ("\u{9B}2J", "\\u{9B}2J"),
        ("a\u{202E}cod.exe", "a\\u{202E}cod.exe"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ("\r\u{7F}\u{0}", "\\u{D}\\u{7F}\\u{0}"), ("two\r\nlines", "two\\u{D}\nlines"),
    ])
    func whatMovesTheCursorIsWrittenAsItsNumber(text: String, expected: String) {
        #expect(printable(text) == expected)
    }

    @Test(arguments: ["plain", "Zürich, 東京, עברית", "a\tb\nc", "K = 0.4407 ± 10⁻³ …", "👩🏽‍🔬"])
    func wordsOfAnyScriptStay(text: String) {
        #expect(printable(text) == text)
        #expect(printableJSON(text) == text)
    }

    @Test func jsonKeepsItsValues() throws {
        let value = "a\u{9B}\u{202E}b\u{7F}"
        let text = printableJSON("{\"name\":" + JSONWriter.string(value) + "}")
        #expect(!text.unicodeScalars.contains { $0.value > 0x7E })
        let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        #expect(read == ["name": value])
    }

    @Test func errorsOfFilesAreClean() {
        let error = StorageError(.badFile, "a\u{1B}[2Jb", "holds \u{7}\u{9B}.")
        #expect(error.description == "a\\u{1B}[2Jb: holds \\u{7}\\u{9B}.")
        #expect(error.problem == "holds \\u{7}\\u{9B}.")
    }
}

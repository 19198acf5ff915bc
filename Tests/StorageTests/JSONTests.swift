import Testing

@testable import Storage

@Suite struct JSONTests {
    private func string(_ text: String) throws -> String {
        try string(Array(text.utf8))
    }

    private func string(_ bytes: [UInt8]) throws -> String {
        var reader = JSONReader(bytes)
        let result = try reader.string()
        try reader.end()
        return result
    }

    private func numbers(_ text: String) throws -> [Int] {
        var reader = JSONReader(Array(text.utf8))
        let result = try reader.numbers()
        try reader.end()
        return result
    }

    private func keys(_ text: String) throws -> [String] {
        var reader = JSONReader(Array(text.utf8))
        var keys: [String] = []
        try reader.object { (reader, key) throws(JSONReader.Failure) in
            keys.append(key)
            _ = try reader.numbers()
        }
        try reader.end()
        return keys
    }

    @Test func readsStrings() throws {
        #expect(try string(#""""#) == "")
        #expect(try string(#""a\"\\\/\b\f\n\r\t\u00e4\u20AC""#) == "a\"\\/\u{8}\u{C}\n\r\tä€")
        #expect(try string(#""\ud83d\ude00 😀""#) == "😀 😀")
        #expect(try string(#" "a"  "#) == "a")
    }

    @Test(arguments: [
        #"""#, #""a"#, #""\"#, #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ude00""#,
        #""\ud83dA""#, #""\ud83d\n""#, #""\ud83d\u0041""#, "\"\n\"", "\"\u{0}\"", "a", "",
        #""a" b"#, "\"a\"\n",
    ])
    func refusesBadStrings(text: String) {
        #expect(throws: JSONReader.Failure.self) { try string(text) }
    }

    @Test(
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        ] as [[UInt8]])
    func refusesInvalidUTF8(bytes: [UInt8]) {
        #expect(throws: JSONReader.Failure.self) { try string([0x22] + bytes + [0x22]) }
    }

    @Test func readsNumbers() throws {
        #expect(try numbers("[]") == [])
        #expect(try numbers("[0,1 , 9223372036854775807 ]") == [0, 1, .max])
    }

    @Test(arguments: [
        "[-1]", "[+1]", "[01]", "[00]", "[1.0]", "[1e2]", "[9223372036854775808]",
        "[99999999999999999999999]", "[1,]", "[,1]", "[1 2]", "[", "[1", "1", "[true]", "[\"1\"]",
        "[[1]]", "[0x1]",
    ])
    func refusesBadNumbers(text: String) {
        #expect(throws: JSONReader.Failure.self) { try numbers(text) }
    }

    @Test func readsObjects() throws {
        #expect(try keys("{}") == [])
        #expect(try keys(#"{ "b" : [1] ,"a":[]}  "#) == ["b", "a"])
    }

    @Test(arguments: [
        #"{"a":[],"a":[]}"#, #"{"a":[],"\u0061":[]}"#, #"{"a":[],}"#, #"{"a"}"#, #"{"a":}"#,
        #"{a:[]}"#, #"{"a":[]"#, "{", "{}}", "{}\u{0}",
    ])
    func refusesBadObjects(text: String) {
        #expect(throws: JSONReader.Failure.self) { try keys(text) }
    }

    @Test func writesWhatItReads() throws {
        let all =
            String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init))) + "€😀"
        #expect(try string(JSONWriter.string(all)) == all)
        #expect(JSONWriter.string("\"\\\n\u{1F}/\u{7F}") == "\"\\\"\\\\\\n\\u001f/\u{7F}\"")
    }

    @Test func sortsKeysByBytes() {
        let text = JSONWriter.object(["ä": "1", "a": "2", "B": "[]", "_": "{}"])
        #expect(text == #"{"B":[],"_":{},"a":2,"ä":1}"#)
    }
}

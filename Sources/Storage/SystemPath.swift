import SystemPackage

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Returns the path as the operating system takes it: a leading `~/` becomes the home folder.
///
/// A shell does the same, but neither inside a configuration nor behind `--option=`. A file whose name
/// begins with the sign is `./~…`.
///
/// - Returns: The bytes of the name, with a zero at the end.
func systemPath(_ path: String) -> [CChar] {
    var path = path
    if path == "~" || path.hasPrefix("~/"), let home = unsafe getenv("HOME"),
        case let folder = unsafe String(cString: home), !folder.isEmpty
    {
        path = folder + path.dropFirst()
    }
    return NativeName.bytes(of: path).map { CChar(bitPattern: $0) } + [0]
}

/// Names of the operating system as text.
///
/// A name is any bytes, and need not be UTF-8. A byte that does not belong to UTF-8 becomes a character of
/// the last private plane of Unicode, from which `systemPath` makes the byte again.
public enum NativeName {
    private static let first: UInt32 = 0x10_FF00

    /// Returns the text of a name.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = String.UnicodeScalarView()
        var place = 0
        while place < bytes.count {
            // A character of UTF-8 has at most four bytes.
            let character = (1...4).lazy.compactMap { count in
                place + count <= bytes.count
                    ? String(validating: bytes[place..<place + count], as: UTF8.self) : nil
            }.first
            if let character {
                text += character.unicodeScalars
                place += character.utf8.count
            } else if let mark = Unicode.Scalar(first + UInt32(bytes[place])) {
                text.append(mark)
                place += 1
            }
        }
        return String(text)
    }

    /// Returns the name of a text.
    static func bytes(of text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar -> [UInt8] in
            let byte = Int64(scalar.value) - Int64(first)
            return (128...255).contains(byte) ? [UInt8(byte)] : Array(UTF8.encode(scalar)!)
        }
    }

    /// The words of the command line, the program's name first.
    public static var commandLine: [String] {
        (0..<Int(CommandLine.argc)).map { number in
            let word = unsafe CommandLine.unsafeArgv[number]!
            return unsafe text(
                UnsafeBufferPointer(start: word, count: strlen(word)).lazy.map {
                    UInt8(bitPattern: $0)
                })
        }
    }
}

import Foundation

/// How many damaged inputs a test tries: so many, times what the variable WILSON_DAMAGE says.
public func damagedInputs(_ usual: Int) -> Int {
    usual * (ProcessInfo.processInfo.environment["WILSON_DAMAGE"].flatMap { Int($0) } ?? 1)
}

extension TestGenerator {
    /// Damages the bytes of a file in one to three of the ways in which files are damaged, or forged.
    public mutating func damaged(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &self) { damage(&bytes) }
        return bytes
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        // Headers come first, and most of what can go wrong with them.
        let first = Bool.random(using: &self) ? min(bytes.count, 300) : bytes.count
        let place = Int.random(in: 0..<first, using: &self)
        let end = min(bytes.count, place + Int.random(in: 1...16, using: &self))
        switch Int.random(in: 0..<9, using: &self) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
        case 1: bytes[place] = [0, 1, 0x1B, 0x7F, 0x80, 0xFF].randomElement(using: &self)!
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4: bytes.removeLast(bytes.count - place)
        case 5: bytes.replaceSubrange(place..<end, with: repeatElement(0xFF, count: end - place))
        case 6: bytes.append(contentsOf: bytes[place..<end])
        default: changeNumber(&bytes, from: place)
        }
    }

    /// Puts a number that is absurd in the place of the next digits.
    private mutating func changeNumber(_ bytes: inout [UInt8], from place: Int) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
        let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
        let numbers = [
            "0", "-1", "1", "255", "65536", "4294967296", "9223372036854775807",
            "9223372036854775808", "18446744073709551616", "1e30", "nan", "00", "1000000000000",
        ]
        bytes.replaceSubrange(start..<end, with: Array(numbers.randomElement(using: &self)!.utf8))
    }
}

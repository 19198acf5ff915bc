/// The states of categorical units as numbers from 0.
///
/// - Parameter bytes: For each unit `columns` bytes, of which that of the state is 1; a multiple of
///   them, at most 256 each.
func stateNumbers(_ bytes: [UInt8], columns: Int) -> [UInt8] {
    (0..<(bytes.count / columns)).map { unit in
        let first = unit * columns
        return UInt8((0..<columns).first { bytes[first + $0] == 1 } ?? 0)
    }
}

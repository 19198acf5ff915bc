import CMPI

/// An error reported by an MPI function.
public struct MPIError: Error, Hashable, CustomStringConvertible {
    /// The error code, meaningful to this MPI implementation only.
    public let code: Int32

    /// What MPI says about the code.
    public var description: String {
        let message = unsafe text { unsafe cmpi_error_message(code, $0, $1) }
        return "MPI failed: \(message)"
    }
}

/// Throws unless `code` means success.
func check(_ code: Int32) throws(MPIError) {
    guard code == 0 else { throw MPIError(code: code) }
}

/// A string that a C function writes into a buffer.
func text(_ write: (UnsafeMutablePointer<CChar>, Int32) -> Void) -> String {
    let capacity = 8192
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
        unsafe buffer.initialize(repeating: 0)
        unsafe write(buffer.baseAddress!, Int32(capacity))
        return unsafe String(cString: buffer.baseAddress!)
    }
}

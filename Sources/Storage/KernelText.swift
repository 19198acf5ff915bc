#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Returns the first bytes of a file of the kernel as text; nil if it cannot be read.
public func kernelText(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // Such files report the size 0, so that a buffer must be large enough from the start.
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
}

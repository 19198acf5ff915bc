import CHostMemory

/// Bytes that several processes of a host map, given back when the last of them closes them.
@safe final class SharedRegion {
    /// What others open it by.
    let token: UInt64
    private let bytes: Int
    let start: UnsafeMutableRawPointer

    private init?(_ token: UInt64, _ bytes: Int, _ start: UnsafeMutableRawPointer?) {
        guard let start = unsafe start else { return nil }
        self.token = token
        self.bytes = bytes
        unsafe self.start = start
    }

    deinit { unsafe host_memory_close(start, bytes) }

    /// Makes a region of zeros; nil where that is refused.
    convenience init?(creating bytes: Int) {
        let token = UInt64.random(in: 1...UInt64.max)
        unsafe self.init(token, bytes, host_memory_create(token, bytes))
    }

    /// Opens a region that another process of this host has made; nil where there is none.
    convenience init?(opening token: UInt64, _ bytes: Int) {
        unsafe self.init(token, bytes, host_memory_open(token, bytes))
    }

    /// Takes the memory of a part, near to this process; false where it is not to be had.
    func take(_ first: Int, _ count: Int) -> Bool { host_memory_take(token, first, count) }

    /// Lets nobody open the region from now on.
    func forget() { host_memory_forget(token) }
}

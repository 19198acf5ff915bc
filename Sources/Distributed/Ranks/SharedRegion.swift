import CHostMemory

/// Bytes that several processes of one host map.
///
/// The system takes them back when the last process closes them.
@safe final class SharedRegion {
    /// The number by which others open the region.
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

    /// Makes a region of zeros; nil if the system refuses it.
    ///
    /// What killed processes of this user have left is removed first.
    convenience init?(creating bytes: Int) {
        host_memory_remove_left()
        let token = UInt64.random(in: 1...UInt64.max)
        unsafe self.init(token, bytes, host_memory_create(token, bytes))
    }

    /// Opens a region that another process of this host has made; nil if there is no such region.
    convenience init?(opening token: UInt64, _ bytes: Int) {
        unsafe self.init(token, bytes, host_memory_open(token, bytes))
    }

    /// Takes the memory of a part, near to this process; false if the host has too little memory.
    func take(_ first: Int, _ count: Int) -> Bool { host_memory_take(token, first, count) }

    /// Removes the name of the region, so that no other process can open it.
    func forget() { host_memory_forget(token) }
}

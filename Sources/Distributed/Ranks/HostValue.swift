import CHostMemory

/// An integer that ranks of one host add up through the memory that they share.
protocol HostValue: FixedWidthInteger & BitwiseCopyable {
    /// Stores values in 16 bits; returns false if one does not fit.
    ///
    /// - Parameter pastCaches: Whether the stores bypass the caches.
    @unsafe
    static func storeNarrow(
        _ values: UnsafePointer<Self>, _ count: Int, _ place: UnsafeMutablePointer<Int16>,
        pastCaches: Bool
    ) -> Bool

    /// Stores values in 32 bits.
    @unsafe
    static func storeWide(
        _ values: UnsafePointer<Self>, _ count: Int, _ place: UnsafeMutablePointer<Int32>,
        pastCaches: Bool)
}

extension Int32: HostValue {
    @unsafe
    static func storeNarrow(
        _ values: UnsafePointer<Int32>, _ count: Int, _ place: UnsafeMutablePointer<Int16>,
        pastCaches: Bool
    ) -> Bool {
        unsafe host_memory_store_narrow(values, count, place, pastCaches)
    }

    @unsafe
    static func storeWide(
        _ values: UnsafePointer<Int32>, _ count: Int, _ place: UnsafeMutablePointer<Int32>,
        pastCaches: Bool
    ) {
        unsafe host_memory_store_wide(values, count, place, pastCaches)
    }
}

extension Int16: HostValue {
    @unsafe
    static func storeNarrow(
        _ values: UnsafePointer<Int16>, _ count: Int, _ place: UnsafeMutablePointer<Int16>,
        pastCaches: Bool
    ) -> Bool {
        unsafe host_memory_store_words(values, count, place, pastCaches)
        return true
    }

    @unsafe
    static func storeWide(
        _ values: UnsafePointer<Int16>, _ count: Int, _ place: UnsafeMutablePointer<Int32>,
        pastCaches: Bool
    ) {
        preconditionFailure("16 bits have room in 16 bits")
    }
}

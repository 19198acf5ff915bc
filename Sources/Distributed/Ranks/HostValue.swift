import CHostMemory

/// An integer that ranks of one host add up through the memory that they share.
protocol HostValue: FixedWidthInteger & BitwiseCopyable {
    /// Stores values in 16 bits past the caches; returns false if one does not fit.
    @unsafe
    static func storeNarrow(
        _ values: UnsafePointer<Self>, _ count: Int, _ place: UnsafeMutablePointer<Int16>
    ) -> Bool

    /// Stores values past the caches in 32 bits.
    @unsafe
    static func storeWide(
        _ values: UnsafePointer<Self>, _ count: Int, _ place: UnsafeMutablePointer<Int32>)
}

extension Int32: HostValue {
    @unsafe
    static func storeNarrow(
        _ values: UnsafePointer<Int32>, _ count: Int, _ place: UnsafeMutablePointer<Int16>
    ) -> Bool {
        unsafe host_memory_store_narrow(values, count, place)
    }

    @unsafe
    static func storeWide(
        _ values: UnsafePointer<Int32>, _ count: Int, _ place: UnsafeMutablePointer<Int32>
    ) {
        unsafe host_memory_store_wide(values, count, place)
    }
}

extension Int16: HostValue {
    @unsafe
    static func storeNarrow(
        _ values: UnsafePointer<Int16>, _ count: Int, _ place: UnsafeMutablePointer<Int16>
    ) -> Bool {
        unsafe host_memory_store_words(values, count, place)
        return true
    }

    @unsafe
    static func storeWide(
        _ values: UnsafePointer<Int16>, _ count: Int, _ place: UnsafeMutablePointer<Int32>
    ) {
        preconditionFailure("16 bits have room in 16 bits")
    }
}

/// Times kernels on a small product of bits and words.
///
/// A run over 128 rows takes some ten microseconds.
struct KernelTiming {
    private static let (n, k) = (64, 480)

    let rows: Int
    private let bits: [UInt8]
    private let words: [Int16]

    init(rows: Int) {
        self.rows = rows
        let (n, k) = (Self.n, Self.k)
        // Any bits that select all entries of a table alike, and words that keep the promise of 480.
        bits = (0..<(rows * k)).map { UInt8(truncatingIfNeeded: ($0 &* 0x9E37_79B1) >> 17 & 1) }
        words = (0..<(k * n)).map { Int16($0 % 129 - 64) }
    }

    /// The kernel whose least time of five is the least; they run in turn.
    func fastest(of kernels: [IntegerKernel]) -> IntegerKernel {
        var best = kernels.map { (kernel: $0, time: Duration.seconds(1)) }
        let products = kernels.map { kernel in
            let products = TableProducts(KernelChoice(only: kernel, because: ""))
            products.pack(bits.span, m: rows, k: Self.k)
            return products
        }
        var sums = [Int32](repeating: 0, count: rows * Self.n)
        // The first round fills the caches, and does not count.
        for round in 0..<6 {
            for (number, products) in products.enumerated() {
                let start = ContinuousClock.now
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    unsafe products.multiply(
                        by: words.span, transposed: false, columns: 0..<Self.n,
                        into: sums.baseAddress!, stride: Self.n, m: rows, n: Self.n, k: Self.k)
                }
                let time = .now - start
                if round > 0, time < best[number].time { best[number].time = time }
            }
        }
        return best.min { $0.time < $1.time }?.kernel ?? .oneDNN
    }
}

import RBMCore
import RandomStreams
import TestSupport

/// Multiplies bytes, grey ones and bits, over many shapes in all layouts.
func productChecksum() -> Checksum {
    var checksum = Checksum()
    let shapes = [
        (1, 1, 1), (1, 64, 784), (100, 1, 500), (2, 3, 5), (7, 31, 63), (33, 64, 65),
        (64, 128, 256), (97, 101, 103), (100, 500, 784), (784, 500, 200), (13, 127, 1021),
    ]
    let products = IntegerProducts()
    for (number, (m, n, k)) in shapes.enumerated() {
        let words = randomWords(m * k + k * n, row: number)
        let b = words[(m * k)...].map { Int8(truncatingIfNeeded: $0 >> 24) }
        for (encoding, shift) in [(StateEncoding.levels, UInt32(25)), (.bits, 31)] {
            let a = words[..<(m * k)].map { UInt8($0 >> shift) }
            for (left, right) in [(false, false), (true, false), (false, true)] {
                var c = [Int32](repeating: 0, count: m * n)
                var span = c.mutableSpan
                if left {
                    products.multiply(
                        columns: 0..<m, of: a.span, encoding, width: m, by: b.span, into: &span,
                        n: n, k: k)
                } else {
                    products.multiply(
                        a.span, encoding, by: b.span, transposed: right, into: &span, m: m, n: n,
                        k: k)
                }
                if m * n * k < 1_000_000 {
                    expectNaive(c, a, left, b, right, m, n, k)
                }
                for value in c { checksum.add(UInt32(bitPattern: value)) }
            }
        }
    }
    return checksum
}

func randomWords(_ count: Int, row: Int) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: count)
    var span = words.mutableSpan
    RandomStream(seed: 17, .benchmark).fill(&span, row: row)
    return words
}

/// Stops the program unless three loops give the same product.
private func expectNaive(
    _ c: [Int32], _ a: [UInt8], _ left: Bool, _ b: [Int8], _ right: Bool, _ m: Int, _ n: Int,
    _ k: Int
) {
    for i in 0..<m {
        for j in 0..<n {
            var sum: Int32 = 0
            for l in 0..<k {
                sum +=
                    Int32(a[left ? l * m + i : i * k + l])
                    * Int32(b[right ? j * k + l : l * n + j])
            }
            precondition(
                sum == c[i * n + j],
                "a product of shape \(m)×\(n)×\(k) is \(c[i * n + j]) where it should be \(sum)")
        }
    }
}

/// Σ_k a·b by three loops over row-major matrices that may be stored transposed.
func naiveProduct(
    _ a: [Int], _ leftTransposed: Bool, _ b: [Int], _ rightTransposed: Bool, _ m: Int,
    _ n: Int, _ k: Int
) -> [Int] {
    var c = [Int](repeating: 0, count: m * n)
    for i in 0..<m {
        for j in 0..<n {
            for l in 0..<k {
                c[i * n + j] +=
                    a[leftTransposed ? l * m + i : i * k + l]
                    * b[rightTransposed ? j * k + l : l * n + j]
            }
        }
    }
    return c
}

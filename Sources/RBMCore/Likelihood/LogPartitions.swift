extension UnitKind {
    /// Σ ln Σ_u e^{ux} over units of this kind in fields x.
    ///
    /// ln(1 + eˣ) = max(x, 0) + ln(1 + e^{−|x|}): the factors lie in [1, 2], so that 512 of them are
    /// multiplied before one logarithm is taken.
    func sumOfLogPartitions(fields field: Span<Double>) -> Double {
        let sharpness: Double = self == .spin ? 2 : 1
        var sum = 0.0
        var start = 0
        while start < field.count {
            let end = min(start + 512, field.count)
            var linear = InlineArray<4, Double>(repeating: 0)
            var product = InlineArray<4, Double>(repeating: 1)
            var i = start
            while i + 4 <= end {
                for lane in 0..<4 {
                    let x = field[i &+ lane]
                    linear[lane] += self == .spin ? x.magnitude : max(x, 0)
                    product[lane] *= 1 + exponential(-sharpness * x.magnitude)
                }
                i += 4
            }
            while i < end {
                let x = field[i]
                linear[0] += self == .spin ? x.magnitude : max(x, 0)
                product[0] *= 1 + exponential(-sharpness * x.magnitude)
                i += 1
            }
            sum += linear[0] + linear[1] + linear[2] + linear[3]
            sum += logarithm((product[0] * product[1]) * (product[2] * product[3]))
            start = end
        }
        return sum
    }
}

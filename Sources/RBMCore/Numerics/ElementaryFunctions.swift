// Elementary functions without libm: plain float operations in a fixed order, none of them fused.
// So every CPU and every C library gives the same bits, and loops over the functions vectorize.

/// Adding and subtracting it rounds a float of magnitude below 2²² to an integer: ties to even.
///
/// `Int32(x)` and `.rounded()` cost 5 ns in a loop where this costs 0.3.
let roundingMagic: Float = 0x1.8p23

/// The bits of `roundingMagic`.
///
/// Subtracted from the bits of a rounded sum, they leave the integer.
let roundingMagicBits = Int32(bitPattern: roundingMagic.bitPattern)

/// Rounds to the nearest integer; |x| < 2²².
@inline(__always)
func roundedInteger(_ x: Float) -> Int32 {
    Int32(bitPattern: (x + roundingMagic).bitPattern) &- roundingMagicBits
}

/// eˣ for x in [−87, 88], outside of which it stays at the value of the nearer end.
///
/// Relative error below 3e-7. x = n·ln 2 + r with |r| ≤ ½ ln 2, and a polynomial of degree six in r.
@inline(__always)
func exponential(_ x: Float) -> Float {
    let x = x < -87 ? -87 : (x > 88 ? 88 : x)
    let shifted = x * 1.442_695 + roundingMagic
    let n = shifted - roundingMagic
    // ln 2 in two parts: n times the first is exact.
    let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
    var p: Float = 1.388_889e-3
    p = p * r + 8.333_334e-3
    p = p * r + 4.166_666_8e-2
    p = p * r + 0.166_666_67
    p = p * r + 0.5
    p = p * r + 1
    p = p * r + 1
    let power = (Int32(bitPattern: shifted.bitPattern) &- roundingMagicBits &+ 127) &<< 23
    return p * Float(bitPattern: UInt32(bitPattern: power))
}

/// 1/(1 + e⁻ˣ).
@inline(__always)
func sigmoid(_ x: Float) -> Float { 1 / (1 + exponential(-x)) }

/// ln(1 + z) for z in [0, 1]: 2 artanh(z/(2+z)) by its series.
///
/// Relative error below 3e-7.
@inline(__always)
func logOnePlus(_ z: Float) -> Float {
    let s = z / (2 + z)
    let t = s * s
    var p: Float = 1 / 15
    p = p * t + 1 / 13
    p = p * t + 1 / 11
    p = p * t + 1 / 9
    p = p * t + 1 / 7
    p = p * t + 1 / 5
    p = p * t + 1 / 3
    p = p * t + 1
    return 2 * s * p
}

/// ln(1 + eˣ), finite for every finite x.
@inline(__always)
func softplus(_ x: Float) -> Float {
    let magnitude = Float(bitPattern: x.bitPattern & 0x7FFF_FFFF)
    return (x > 0 ? x : 0) + logOnePlus(exponential(-magnitude))
}

/// ln(2 cosh x), finite for every finite x.
@inline(__always)
func logTwoCosh(_ x: Float) -> Float {
    let magnitude = Float(bitPattern: x.bitPattern & 0x7FFF_FFFF)
    return magnitude + logOnePlus(exponential(-2 * magnitude))
}

/// ln x for positive normal x.
///
/// Relative error below 2e-7.
@inline(__always)
func logarithm(_ x: Float) -> Float {
    // x = m·2ᵉ with m in [√½, √2), so that the series below runs over |s| ≤ 0.172.
    let bits = Int32(bitPattern: x.bitPattern)
    let e = (bits &- 0x3F35_04F3) >> 23
    let m = Float(bitPattern: UInt32(bitPattern: bits &- e &<< 23))
    let s = (m - 1) / (m + 1)
    let t = s * s
    var p: Float = 1 / 9
    p = p * t + 1 / 7
    p = p * t + 1 / 5
    p = p * t + 1 / 3
    p = p * t + 1
    return Float(e) * 0.693_147_2 + 2 * s * p
}

/// ln x for positive normal x, in double precision.
///
/// Relative error below 1e-15 away from x = 1.
func logarithm(_ x: Double) -> Double {
    let bits = Int64(bitPattern: x.bitPattern)
    let e = (bits &- 0x3FE6_A09E_667F_3BCD) >> 52
    let m = Double(bitPattern: UInt64(bitPattern: bits &- e &<< 52))
    let s = (m - 1) / (m + 1)
    let t = s * s
    var p = 0.0
    // Σ t^k/(2k+1), k = 0…11: the next term is below 1e-19 of the first.
    var k = 11.0
    while k >= 0 {
        p = p * t + 1 / (2 * k + 1)
        k -= 1
    }
    return Double(e) * 0.693_147_180_559_945_3 + 2 * s * p
}

/// eˣ in double precision for x in [−708, 709], outside of which it stays at the nearer end's value.
///
/// Relative error below 1e-15.
@inline(__always)
func exponential(_ x: Double) -> Double {
    let x = x < -708 ? -708 : (x > 709 ? 709 : x)
    let magic = 0x1.8p52
    let shifted = x * 1.442_695_040_888_963_4 + magic
    let n = shifted - magic
    let r = (x - n * 0.693_147_180_369_123_8) - n * 1.908_214_929_270_587_7e-10
    var p = 1 / 479_001_600.0
    p = p * r + 1 / 39_916_800.0
    p = p * r + 1 / 3_628_800.0
    p = p * r + 1 / 362_880.0
    p = p * r + 1 / 40_320.0
    p = p * r + 1 / 5_040.0
    p = p * r + 1 / 720.0
    p = p * r + 1 / 120.0
    p = p * r + 1 / 24.0
    p = p * r + 1 / 6.0
    p = p * r + 0.5
    p = p * r + 1
    p = p * r + 1
    let power =
        (Int64(bitPattern: shifted.bitPattern) &- Int64(bitPattern: magic.bitPattern)) &+ 1023
    return p * Double(bitPattern: UInt64(bitPattern: power &<< 52))
}

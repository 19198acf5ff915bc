@testable import RBMCore

extension Statistics {
    /// Adds up what ranks add up.
    mutating func add(_ other: Statistics) {
        products.add(other.products)
        moments.add(other.moments)
    }
}

extension SumBuffer {
    /// Adds sums of the same numbers.
    fileprivate mutating func add(_ other: SumBuffer) {
        switch other {
        case .float32(let sums): withFloat32 { for i in $0.indices { $0[i] += sums[i] } }
        case .int32(let sums): withInt32 { for i in $0.indices { $0[i] += sums[i] } }
        case .int16(let sums): withInt16 { for i in $0.indices { $0[i] += sums[i] } }
        }
    }
}

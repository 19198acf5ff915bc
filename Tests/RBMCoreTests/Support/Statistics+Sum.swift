@testable import RBMCore

extension Statistics {
    /// Adds up what ranks add up.
    mutating func add(_ other: Statistics) {
        for i in integers.indices { integers[i] += other.integers[i] }
        for i in floats.indices { floats[i] += other.floats[i] }
        for i in shortProducts.indices { shortProducts[i] += other.shortProducts[i] }
    }
}

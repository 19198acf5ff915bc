import Ranks
import RBMCore

extension Communicator {
    /// Collective.
    ///
    /// Adds up the products of a panel.
    borrowing func sumProducts(_ statistics: inout Statistics) throws(MPIError) {
        let panel = statistics.panelProducts
        // Taken out, so that nobody else holds them while they are summed.
        switch statistics.products.take() {
        case .float32(var products):
            try sum(&products, panel)
            statistics.products = .float32(products)
        case .int32(var products):
            try sumNarrowly(&products, panel)
            statistics.products = .int32(products)
        case .int16(var products):
            try sumNarrowly(&products, panel)
            statistics.products = .int16(products)
        }
    }

    /// Collective.
    ///
    /// Adds up the moments.
    borrowing func sumMoments(_ statistics: inout Statistics) throws(MPIError) {
        let all = 0..<statistics.layout.count
        switch statistics.moments.take() {
        case .float32(var moments):
            try sum(&moments, all)
            statistics.moments = .float32(moments)
        case .int32(var moments):
            try sumFew(&moments, all)
            statistics.moments = .int32(moments)
        case .int16: preconditionFailure("moments in 16 bits")
        }
    }
}

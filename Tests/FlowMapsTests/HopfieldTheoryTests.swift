import Foundation
import Testing

@testable import FlowMaps

@Suite struct HopfieldTheoryTests {
    @Test func capacity() {
        #expect(abs(HopfieldTheory.capacity.load - 0.13790557) < 1e-8)
        #expect(abs(HopfieldTheory.capacity.overlap - 0.967417) < 1e-6)
    }

    /// The overlap solves the equation; it falls with the load, and jumps to 0 at the capacity.
    @Test func overlaps() {
        var last = 1.0
        for load in [0.01, 0.05, 0.1, 0.12, 0.137, 0.1379] {
            let overlap = HopfieldTheory.overlap(load: load)
            #expect(overlap <= last && overlap > 0.967)
            last = overlap
            // y from m by bisection.
            var (low, high) = (0.0, 6.0)
            for _ in 0..<100 {
                let middle = (low + high) / 2
                if erf(middle) < overlap { low = middle } else { high = middle }
            }
            guard overlap < 1 - 1e-12 else { continue }
            let side = erf(low) / low - 2 / Double.pi.squareRoot() * exp(-low * low)
            #expect(abs(side - (2 * load).squareRoot()) < 1e-3)
        }
        #expect(HopfieldTheory.overlap(load: 0.138) == 0)
        #expect(HopfieldTheory.overlap(load: 1) == 0)
    }

    @Test(arguments: [
        (0.105, 0.00101), (0.138, 0.00355), (0.185, 0.01004), (0.37, 0.0501), (0.61, 0.1002),
    ])
    func firstStepErrors(load: Double, expected: Double) {
        #expect(abs(HopfieldTheory.firstStepErrors(load: load) - expected) < 1e-5 + expected * 1e-3)
    }
}

import Ising
import Testing
@testable import Instruments

struct FreshLatticesTests {
    private func draw(_ sampler: IsingSampler) -> Set<[UInt8]> {
        var bytes = [UInt8](repeating: 0, count: 1000 * 64)
        var span = bytes.mutableSpan
        sampler.draw(0..<1000, into: &span)
        return Set((0..<1000).map { Array(bytes[$0 * 64..<($0 + 1) * 64]) })
    }

    /// Hot enough that two independent draws never meet.
    @Test(arguments: [0, 1, 42, .max] as [UInt64])
    func noneIsOfTheTrainingDataOfItsSeed(seed: UInt64) throws {
        let training = draw(try IsingSampler(size: 8, coupling: 0.2, seed: seed))
        let fresh = draw(try IsingSampler.fresh(size: 8, coupling: 0.2, seed: seed))
        #expect(training.count == 1000 && fresh.count == 1000)
        #expect(training.isDisjoint(with: fresh))
    }
}

import Testing

@testable import Ising

@Suite struct SamplingMethodTests {
    private static let choices: [(Int, Double, SamplingMethod)] = [
        (40, 0.408, .multispin), (40, 0.2, .multispin), (8, criticalCoupling, .multispin),
        (64, 0.6, .multispin), (40, -0.408, .multispin), (4, 3, .multispin),
        (40, criticalCoupling, .swendsenWang), (128, 0.435, .swendsenWang),
        (8, 0.6, .swendsenWang), (9, 0.2, .swendsenWang), (8, 0, .swendsenWang),
        (8, 0.05, .swendsenWang),
    ]

    @Test(arguments: choices)
    func choice(size: Int, coupling: Double, method: SamplingMethod) {
        #expect(SamplingMethod.recommended(size: size, coupling: coupling) == method)
    }

    @Test(arguments: 2...70)
    func theChoiceIsNeverRefused(size: Int) throws {
        for coupling in stride(from: 0.0, through: 3, by: 0.01) {
            let method = SamplingMethod.recommended(size: size, coupling: coupling)
            try method.check(size: size, coupling: coupling)
        }
    }
}

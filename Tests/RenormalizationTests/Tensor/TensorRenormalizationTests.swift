import Analysis
import Foundation
import Ising
import TestSupport
import Testing

@testable import Renormalization

@Suite struct TensorRenormalizationTests {
    private static func lattice(
        _ method: TensorMethod, _ bondDimension: Int, _ coupling: Double, steps: Int
    ) throws -> TensorRenormalization {
        var lattice = try TensorRenormalization(
            method: method, bondDimension: bondDimension, coupling: coupling)
        for _ in 0..<steps { try lattice.step() }
        return lattice
    }

    /// ln Z of a small lattice by enumeration, given the right and the lower neighbour of each site.
    private static func logZ(_ coupling: Double, right: [Int], below: [Int]) -> Double {
        let bonds = Array(right.enumerated()) + Array(below.enumerated())
        var sum = 0.0
        for state in 0..<(1 << right.count) {
            let energy = bonds.reduce(0) { sum, bond in
                sum + ((state >> bond.offset ^ state >> bond.element) & 1 == 0 ? 1 : -1)
            }
            sum += exp(coupling * Double(energy))
        }
        return log(sum)
    }

    // MARK: Exact

    @Test(arguments: TensorMethod.allCases, [1e-9, 0.05, 0.3, criticalCoupling, 0.6, 2, 10])
    func smallToriAreExact(method: TensorMethod, coupling: Double) throws {
        for (bondDimension, size) in [(4, 2), (16, 4)] {
            let steps = 2 * size.trailingZeroBitCount
            let found = try Self.lattice(method, bondDimension, coupling, steps: steps)
            let exact = try Kaufman.torus(size: size, coupling: coupling).freeEnergyPerSite
            // HOTRG decomposes squares, of which it knows the small ones less well.
            let tolerance = method == .hotrg ? 1e-11 : 1e-13
            #expect(abs(found.freeEnergyPerSite - exact) < tolerance * max(1, abs(exact)))
            #expect(found.lostWeight < 1e-14)
        }
    }

    @Test(arguments: TensorMethod.allCases, [0.1, criticalCoupling, 0.8])
    func oneStepJoinsTwoSitesByFourBonds(method: TensorMethod, coupling: Double) throws {
        let found = try Self.lattice(method, 4, coupling, steps: 1).freeEnergyPerSite
        // Sites cut along diagonals make a torus on which all four neighbours are the other site;
        // merging makes one of height 2, whose sites are their own neighbours at the side.
        let exact =
            switch method {
            case .trg, .btrg: Self.logZ(coupling, right: [1, 0], below: [1, 0])
            case .hotrg: Self.logZ(coupling, right: [0, 1], below: [1, 0])
            }
        #expect(abs(found + exact / 2) < 1e-14)
    }

    @Test(arguments: TensorMethod.allCases, [0.1, criticalCoupling, 0.8])
    func threeStepsMakeATorusOfEight(method: TensorMethod, coupling: Double) throws {
        let found = try Self.lattice(method, 16, coupling, steps: 3).freeEnergyPerSite
        let exact =
            switch method {
            case .trg, .btrg:
                // Two rows of four; below the second is the first, shifted by two.
                Self.logZ(
                    coupling, right: [1, 2, 3, 0, 5, 6, 7, 4], below: [4, 5, 6, 7, 2, 3, 0, 1])
            case .hotrg:
                // Two wide, four high.
                Self.logZ(
                    coupling, right: [1, 0, 3, 2, 5, 4, 7, 6], below: [2, 3, 4, 5, 6, 7, 0, 1])
            }
        #expect(abs(found + exact / 8) < 1e-14)
    }

    @Test(arguments: TensorMethod.allCases) func theSpectrumOfFourByFourIsExact(
        method: TensorMethod
    ) throws {
        let coupling = 0.37
        let lattice = try Self.lattice(method, 16, coupling, steps: 4)
        let spectrum = try #require(try lattice.spectrum())
        #expect(spectrum.size == 4)
        // Z of the torus 4 wide and 4m high is the sum of the powers of the eigenvalues.
        for (m, logZ) in zip(
            1...3, logPartitions(width: 4, coupling: coupling, heights: [4, 8, 12]))
        {
            let sum = (spectrum.even + spectrum.odd).reduce(0) {
                $0 + exp(-2 * .pi * Double(m) * $1)
            }
            #expect(abs(Double(m) * spectrum.logLargest + log(sum) - logZ) < 1e-11)
        }
        let first = logPartitions(width: 4, coupling: coupling, heights: [4, 8])
        #expect(abs(lattice.phaseNumber - exp(2 * first[0] - first[1])) < 1e-11)
    }

    // MARK: The critical point

    /// Method, χ, the largest relative error of the free energy.
    @Test(
        .slow,
        arguments: [
            (.trg, 8, 8e-5), (.trg, 16, 6e-6), (.btrg, 8, 1.2e-5), (.btrg, 16, 4e-7),
            (.hotrg, 8, 2e-5), (.hotrg, 16, 6e-7),
        ] as [(TensorMethod, Int, Double)])
    func freeEnergyAtTheCriticalPoint(
        method: TensorMethod, bondDimension: Int, bound: Double
    ) throws {
        setLinearAlgebraThreads(1)
        let exact = try Onsager.infinite(coupling: criticalCoupling).freeEnergyPerSite
        let found = try Self.lattice(method, bondDimension, criticalCoupling, steps: 40)
        let error = abs(found.freeEnergyPerSite / exact - 1)
        #expect(error < bound, "\(error)")
        // And it must be there: nothing of this is exact.
        #expect(error > bound / 4, "\(error)")
    }

    @Test(arguments: TensorMethod.allCases) func whatIsLeftOutFallsWithTheBondDimension(
        method: TensorMethod
    ) throws {
        let lost = try [4, 8, 16].map {
            try Self.lattice(method, $0, criticalCoupling, steps: 8).lostWeight
        }
        #expect(lost[0] < 0.05 && lost[2] < lost[0] / 2 && lost[2] > 1e-7, "\(lost)")
    }

    /// A critical lattice at χ = 24: its free energy at the end, and spectra on the way.
    private struct Flow {
        var freeEnergyPerSite = 0.0
        var spectra: [Int: TransferSpectrum] = [:]
        var phaseNumbers: [Int: Double] = [:]

        init(_ method: TensorMethod) throws {
            setLinearAlgebraThreads(1)
            var lattice = try TensorRenormalization(
                method: method, bondDimension: 24, coupling: criticalCoupling)
            for _ in 0..<30 {
                try lattice.step()
                guard lattice.steps <= 12, let spectrum = try lattice.spectrum() else { continue }
                spectra[spectrum.size] = spectrum
                phaseNumbers[spectrum.size] = lattice.phaseNumber
            }
            freeEnergyPerSite = lattice.freeEnergyPerSite
        }
    }

    @Test(.slow, arguments: [(.trg, 2e-6), (.btrg, 6e-8)] as [(TensorMethod, Double)])
    func conformalDataAtTheCriticalPoint(method: TensorMethod, bound: Double) throws {
        let flow = try Flow(method)
        let exact = try Onsager.infinite(coupling: criticalCoupling).freeEnergyPerSite
        let error = abs(flow.freeEnergyPerSite / exact - 1)
        #expect(error < bound && error > bound / 4, "\(error)")

        let spectrum = try #require(flow.spectra[16])
        let doubled = try #require(flow.spectra[32])
        let charge = spectrum.centralCharge(with: doubled)
        #expect((0.49...0.51).contains(charge), "\(charge)")
        let sigma = try #require(spectrum.sigmaDimension)
        #expect(abs(sigma - 0.125) < 2e-4, "\(sigma)")
        let epsilon = try #require(spectrum.epsilonDimension)
        #expect(abs(epsilon - 1) < 1e-2, "\(epsilon)")
        // Most of what separates them from the infinite lattice is the exact torus's own.
        let exactLevels = ExactTransferLevels(size: 16, coupling: criticalCoupling)
        let exactDoubled = ExactTransferLevels(size: 32, coupling: criticalCoupling)
        #expect(abs(charge - exactLevels.centralCharge(with: exactDoubled)) < 2e-4)
        #expect(abs(sigma - exactLevels.sigmaDimension) < 1e-4)
        #expect(abs(epsilon - exactLevels.epsilonDimension) < 6e-3)
        let phaseNumber = try #require(flow.phaseNumbers[32])
        #expect(abs(phaseNumber - criticalPhaseNumber) < 1e-3, "\(phaseNumber)")
    }

    @Test func thePhaseNumberOfTheCriticalTorus() {
        // From the sums of the theta functions in 30 digits.
        #expect(abs(criticalPhaseNumber - 1.763_595_503_934_99) < 1e-14)
    }

    // MARK: Off the critical point

    /// Method, χ, K, the largest relative error of the free energy.
    @Test(
        arguments: [
            (.trg, 8, 0.5, 4e-6), (.trg, 8, 0.408, 7e-5), (.trg, 16, 0.408, 1.5e-6),
            (.hotrg, 8, 0.5, 4e-6), (.btrg, 8, 0.408, 7e-6), (.trg, 8, 1e-3, 1e-14),
            (.trg, 8, 3, 1e-14),
        ] as [(TensorMethod, Int, Double, Double)])
    func freeEnergyElsewhere(
        method: TensorMethod, bondDimension: Int, coupling: Double, bound: Double
    ) throws {
        let exact = try Onsager.infinite(coupling: coupling).freeEnergyPerSite
        let found = try Self.lattice(method, bondDimension, coupling, steps: 44)
        let error = abs(found.freeEnergyPerSite / exact - 1)
        #expect(error < bound, "\(error)")
    }

    @Test(.slow, arguments: TensorMethod.allCases, [4, 8, 16])
    func phasesDifferByOneInvariant(method: TensorMethod, bondDimension: Int) throws {
        setLinearAlgebraThreads(1)
        // The transition of a truncated lattice is not quite at K_c: at χ = 4 nearer to 0.45.
        let distance = bondDimension == 4 ? 0.02 : 0.01
        for (side, expected) in [(-1.0, 1.0), (1, 2)] {
            let coupling = criticalCoupling + side * distance
            let found = try Self.lattice(method, bondDimension, coupling, steps: 40).phaseNumber
            #expect(abs(found - expected) < 1e-2, "\(found) at K = \(coupling)")
        }
    }

    // MARK: Limits

    @Test(arguments: [-1, 0, 1, 201, 1_000_000, Int.min])
    func refusesBondDimensions(bondDimension: Int) {
        #expect(
            throws: RenormalizationError.argument(
                "bond dimension \(bondDimension): expected 2 to 200")
        ) {
            try TensorRenormalization(method: .trg, bondDimension: bondDimension, coupling: 1)
        }
    }

    @Test(arguments: [0, -0.0, -0.4, .nan, .infinity, -.infinity])
    func refusesCouplings(coupling: Double) throws {
        let error = #expect(throws: RenormalizationError.self) {
            try TensorRenormalization(method: .hotrg, bondDimension: 4, coupling: coupling)
        }
        #expect(
            "\(try #require(error))".hasPrefix("coupling \(coupling): expected a positive number"))
    }

    @Test func refusesStepsBeyondFloatingPoint() throws {
        var lattice = try Self.lattice(
            .trg, 2, 0.3, steps: TensorRenormalization.mostSteps)
        let exact = try Onsager.infinite(coupling: 0.3).freeEnergyPerSite
        #expect(abs(lattice.freeEnergyPerSite / exact - 1) < 0.02)
        #expect(throws: RenormalizationError.self) { try lattice.step() }
    }

    @Test func memoryGrowsAsTheMethodSays() {
        for (method, power) in [(TensorMethod.trg, 4.0), (.btrg, 4), (.hotrg, 5)] {
            let ratio = method.bytes(bondDimension: 200) / method.bytes(bondDimension: 100)
            #expect(abs(log2(ratio) - power) < 0.1)
        }
    }
}

/// ln Z of tori of one width and several heights, by powers of the transfer matrix.
private func logPartitions(width: Int, coupling: Double, heights: [Int]) -> [Double] {
    let count = 1 << width
    func bonds(_ a: Int, _ b: Int) -> Double { Double(width - 2 * (a ^ b).nonzeroBitCount) }
    let transfer = (0..<count).map { a in
        (0..<count).map { b in
            let around = (a >> 1) | (a & 1) << (width - 1)
            return exp(coupling * (bonds(a, around) + bonds(a, b)))
        }
    }
    var power = transfer
    var traces: [Int: Double] = [:]
    for height in 1...(heights.max() ?? 1) {
        traces[height] = log((0..<count).reduce(0) { $0 + power[$1][$1] })
        power = power.map { row in
            (0..<count).map { b in (0..<count).reduce(0) { $0 + row[$1] * transfer[$1][b] } }
        }
    }
    return heights.compactMap { traces[$0] }
}

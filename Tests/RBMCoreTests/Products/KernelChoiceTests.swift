import Testing

@testable import RBMCore

@Suite struct KernelChoiceTests {
    @Test func aNameThatNoKernelHasIsAFault() throws {
        let fault = try #require(
            KernelChoice.fault(ofName: "magic", runnable: [.oneDNN, .avx2]))
        #expect(fault == "WILSON_KERNEL is 'magic'; expected one of onednn, avx2")
        let other = try #require(KernelChoice.fault(ofName: "wide", runnable: [.oneDNN, .avx2]))
        #expect(other.contains("cannot run") && other.contains("onednn, avx2"))
        #expect(KernelChoice.fault(ofName: "avx2", runnable: [.oneDNN, .avx2]) == nil)
    }

    @Test func aSingleKernelNeedsNoTime() {
        let old = KernelChoice.fastest(among: [.oneDNN])
        #expect(old.manyRows == .oneDNN && old.fewRows == .oneDNN && !old.usesTables)
        #expect(old.description == "onednn (the only one for this processor)")
        let tables = KernelChoice.fastest(among: [.oneDNN, .avx2])
        #expect(tables.manyRows == .avx2 && tables.usesTables)
    }

    /// What is slower by construction does not run, whatever the times are.
    @Test func theFastestIsOneOfTheCandidates() {
        let runnable = IntegerKernel.runnable
        let choice = KernelChoice.fastest(among: runnable)
        let tables = runnable.filter(\.usesTables)
        guard tables.contains(.wide) else { return }
        for kernel in [choice.fewRows, choice.manyRows] {
            #expect(kernel != .oneDNN && kernel != .avx2 && tables.contains(kernel))
            #expect(choice.reason.contains(kernel.name))
        }
    }

    @Test func rowsDivideTheKernels() {
        let choice = KernelChoice(fewRows: .avx512, manyRows: .wide, reason: "so")
        #expect(choice.kernel(rows: 63) == .avx512)
        #expect(choice.kernel(rows: 64) == .wide)
        #expect(choice.description == "wide, for fewer than 64 rows avx512 (so)")
    }

    @Test func wordsWithoutTablesTrap() async {
        await #expect(processExitsWith: .failure) {
            // A choice without tables multiplies no words.
            let products = IntegerProducts(KernelChoice(only: .oneDNN, because: "so"))
            let bits = [UInt8](repeating: 1, count: 40)
            let words = [Int16](repeating: 1, count: 40)
            var sums: [Int32] = [0]
            var span = sums.mutableSpan
            products.multiply(bits.span, by: words.span, into: &span, m: 1, n: 1, k: 40)
        }
    }
}

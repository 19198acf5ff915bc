import Testing
@testable import StepBenchmark

struct StepBenchmarkKernelTests {
    private let zen4: Set = [
        "fpu", "avx2", "avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl",
    ]

    private func core(_ flags: Set<String>, _ environment: [String: String] = [:]) -> String? {
        OpenBLASKernel.coreType(cpuFlags: flags) { environment[$0] }
    }

    @Test("A CPU with AVX-512 gets the kernels for it, one without is left alone")
    func flags() {
        #expect(core(zen4) == "SKYLAKEX")
        #expect(core(["fpu", "avx2"]) == nil)
        #expect(core([]) == nil)
        // Xeon Phi has some of AVX-512, and would stop at the rest.
        #expect(core(zen4.subtracting(["avx512bw", "avx512dq", "avx512vl"])) == nil)
    }

    @Test("The user's choice stands, and there is no third start")
    func environment() {
        #expect(core(zen4, ["OPENBLAS_CORETYPE": "HASWELL"]) == nil)
        #expect(core(zen4, ["WILSON_RESTARTED_FOR_OPENBLAS": "1"]) == nil)
    }

    @Test("Flags are read from the first processor of the kernel's account")
    func cpuInfo() {
        let text = """
            processor\t: 0
            model name\t: AMD EPYC
            flags\t\t: fpu avx512f avx2
            vmx flags\t: other

            processor\t: 1
            flags\t\t: never
            """
        #expect(OpenBLASKernel.cpuFlags(inCPUInfo: text) == ["fpu", "avx512f", "avx2"])
        #expect(OpenBLASKernel.cpuFlags(inCPUInfo: "processor : 0\nFeatures : asimd").isEmpty)
        #expect(OpenBLASKernel.cpuFlags(inCPUInfo: "").isEmpty)
    }
}

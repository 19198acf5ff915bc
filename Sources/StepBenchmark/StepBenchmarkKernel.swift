import Ranks

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Mends OpenBLAS's choice of its kernels.
///
/// Before 0.3.22 or so OpenBLAS takes a Zen 4 or 5 for a Haswell and leaves its AVX-512 idle; a
/// roofline from it would be half the machine's. OPENBLAS_CORETYPE overrules the choice, but only
/// before the library is loaded, which is before `main`: so the program starts itself once more.
public enum OpenBLASKernel {
    static let variable = "OPENBLAS_CORETYPE"
    /// Marks the second start, so that there is no third, whatever becomes of the other variable.
    static let guardVariable = "WILSON_RESTARTED_FOR_OPENBLAS"

    /// Local.
    ///
    /// Starts the program again with the best kernel, where OpenBLAS would not take it.
    ///
    /// Call it before anything else, above all before MPI starts. It returns where the choice is good,
    /// or where the system refuses to start the program again.
    public static func restartProgramForBest() {
        #if os(Linux)
            let core = coreType(
                cpuFlags: cpuFlags(inCPUInfo: textOfCPUInfo()), environment: environment)
            guard let core else { return }
            unsafe setenv(variable, core, 1)
            unsafe setenv(guardVariable, "1", 1)
            restartProgram()
        #endif
    }

    /// Returns the core type to set; nil to leave the choice to OpenBLAS.
    ///
    /// - Parameter environment: Gives the value of a variable.
    static func coreType(cpuFlags: Set<String>, environment: (String) -> String?) -> String? {
        // What OpenBLAS's kernels for Skylake-X use.
        let needed: Set = ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"]
        guard environment(variable) == nil, environment(guardVariable) == nil,
            needed.isSubset(of: cpuFlags)
        else { return nil }
        return "SKYLAKEX"
    }

    /// Returns the flags of the first processor.
    static func cpuFlags(inCPUInfo text: String) -> Set<String> {
        let line = text.split(separator: "\n").first { $0.hasPrefix("flags") }
        let words = line?.split(separator: ":").dropFirst().first?.split(separator: " ") ?? []
        return Set(words.map { String($0) })
    }

    private static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// Reads the beginning of /proc/cpuinfo: enough for the first processor.
    private static func textOfCPUInfo() -> String {
        let descriptor = unsafe open("/proc/cpuinfo", O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

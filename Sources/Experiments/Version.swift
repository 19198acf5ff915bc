/// Wilson's version, by semantic versioning.
public let wilsonVersion = "0.1.0"

/// For which kind of CPU this program was compiled, as far as the compiler tells.
public var buildTarget: String {
    #if arch(x86_64)
        "x86-64"
    #elseif arch(arm64)
        "arm64"
    #else
        "unknown"
    #endif
}

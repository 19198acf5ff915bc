#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Local.
///
/// Replaces this process by a new start of this program.
///
/// The new start has the same arguments, and the environment as it is now.
///
/// Libraries read some variables before `main`, so that a change of them needs a new start. Call it before MPI
/// starts. It returns where the system refuses.
public func restartProgram() {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    // By the path itself, for the name of a process comes from the path that was started.
    if unsafe readlink("/proc/self/exe", &path, path.count - 1) > 0 {
        _ = unsafe execv(path, CommandLine.unsafeArgv)
    }
    // The file may have been replaced since.
    _ = unsafe execv("/proc/self/exe", CommandLine.unsafeArgv)
}

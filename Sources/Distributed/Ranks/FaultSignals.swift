import CHostMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Signals by which the system tells of faults of the world, and which would end the program without a
/// word; and memory that is not there.
public enum FaultSignals {
    /// Makes errors of them.
    ///
    /// A file that grows beyond its limit (`ulimit -f`) fails to be written, with 73. A file that is mapped
    /// into memory and then cut short ends the program with 65, where it is read. Memory that the system
    /// does not give ends it with 71.
    public static func listen() {
        host_memory_exit_where_none(ExitStatus.mpi)
        signal(SIGXFSZ, SIG_IGN)
        var action = sigaction()
        #if canImport(Glibc)
            unsafe action.__sigaction_handler.sa_sigaction = onBusError
        #else
            unsafe action.__sigaction_u.__sa_sigaction = onBusError
        #endif
        action.sa_flags = SA_SIGINFO
        unsafe sigaction(SIGBUS, &action, nil)
    }

    /// Makes a pipe that nobody reads any more an error of writing, 73, instead of the program's end.
    ///
    /// A training goes on without whoever read its words. Other commands end as others in a pipe do.
    public static func outliveReaders() { signal(SIGPIPE, SIG_IGN) }
}

/// Tells of a page that no file stands behind any more; does only what is allowed in a handler.
private func onBusError(
    _ number: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
) {
    let message: StaticString = """
        wilson: error: memory that shows a file is gone: a data file was cut short while it was read, \
        or its disk failed. Restore the file, and do not change it while a program reads it

        """
    // Another reason is a fault of our own, and ends as it would have.
    guard let info = unsafe info, unsafe info.pointee.si_code == Int32(BUS_ADRERR) else {
        signal(SIGBUS, SIG_DFL)
        raise(SIGBUS)
        return
    }
    _ = unsafe write(2, message.utf8Start, message.utf8CodeUnitCount)
    _exit(ExitStatus.badFile)
}

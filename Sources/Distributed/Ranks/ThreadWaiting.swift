#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How long the threads of a process look out for one another before they sleep.
///
/// GNU's OpenMP lets a thread that waits turn some 300,000 times, two milliseconds. Where other programs
/// use the cores too, it turns for a thread that does not run, and does so several times in each step: a
/// training by two threads took twenty times as long as by one. A short look bridges what lies between two
/// loops of a step, and then the core is free for the thread that is waited for. OpenMP reads the number
/// before `main`, so the program starts itself once more.
public enum ThreadWaiting {
    static let variable = "GOMP_SPINCOUNT"
    /// The turns: 32 microseconds on a Zen 5 (docs/design-notes.md).
    static let turns = "5000"

    /// Local.
    ///
    /// Starts the program again with a short look, where several threads may compute and the user has not
    /// chosen.
    ///
    /// Call it before MPI starts. It returns where nothing is to be changed, or where the system refuses to
    /// start the program again.
    public static func restartProgramForShortLook() {
        #if os(Linux)
            guard isRestartDue(cores: Affinity.current.count, Launch.environment) else { return }
            unsafe setenv(variable, turns, 1)
            restartProgram()
        #endif
    }

    /// Whether several threads may compute, and nothing says how they wait.
    ///
    /// The variable itself ends it: the program that was started again finds it.
    ///
    /// - Parameters:
    ///   - cores: Those of the affinity mask. With a single one OpenMP itself looks only briefly.
    ///   - environment: Gives the value of a variable.
    static func isRestartDue(cores: Int, _ environment: (String) -> String?) -> Bool {
        cores > 1 && environment("OMP_NUM_THREADS").flatMap(threads(inList:)) != 1
            && environment(variable) == nil && environment("OMP_WAIT_POLICY") == nil
    }
}

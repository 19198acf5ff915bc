import TestSupport
import Testing

/// `wilson` without a launcher, beside others that begin and end at the same moment.
@Suite(.launches) struct AloneTests {
    /// MPI's folder of sessions would be shared by all processes that are alone, and the end of one
    /// takes it away from another.
    @Test func noFolderOfSessionsIsNeeded() throws {
        let small = try SmallRun()
        // Nothing can be made below a file.
        let run = try Command.run(
            ["train", small.configuration, "--output", small.folder.file("run"), "--quiet"],
            environment: ["TMPDIR": small.data])
        #expect(run.status == 0, "\(run.words)")
        #expect(small.has("run/model.safetensors"))
    }
}

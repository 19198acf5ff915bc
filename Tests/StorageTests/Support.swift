import Foundation
import Storage
import Testing

/// Calls the closure with the path of a new empty folder, and removes it afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = temporaryName()
    try Folder.create(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

/// Calls the closure with the path of a new empty folder, and removes it afterwards.
func withTemporaryFolder(_ body: (String) async throws -> Void) async throws {
    let folder = temporaryName()
    try Folder.create(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}

private func temporaryName() -> String {
    FileManager.default.temporaryDirectory
        .appendingPathComponent("storage-tests-\(UUID().uuidString)").path
}

/// Expects a storage error whose description has the file's name first and then all the words.
func expectStorageError(
    _ kind: StorageError.Kind, _ words: String..., file: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("no error; expected one with \(words)", sourceLocation: sourceLocation)
    } catch let error as StorageError {
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        #expect(
            error.description.hasPrefix("\(error.file): "), sourceLocation: sourceLocation)
        if let file { #expect(error.file == file, sourceLocation: sourceLocation) }
        for word in words {
            #expect(
                error.description.contains(word), "\(error.description)",
                sourceLocation: sourceLocation)
        }
    } catch {
        Issue.record("\(error) is no StorageError", sourceLocation: sourceLocation)
    }
}

/// Python, for comparison with the programs that others use.
enum Python {
    /// Whether `python3` runs, with NumPy and safetensors.
    static let isAvailable = (try? run("import numpy, safetensors.numpy")) == ""

    struct Failure: Error { let output: String }

    /// Runs a script with arguments, and returns what it prints without the last newline.
    static func run(_ script: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw Failure(output: text) }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

import Foundation
import Storage
import Testing

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

public import Foundation

/// The folder of the project, in which the tests stand.
public let projectRoot = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

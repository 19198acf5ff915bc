import Configuration
import Foundation
import Storage

extension RunConfiguration {
    /// The configuration with the paths of its files as they are found from here.
    ///
    /// A relative path that leads nowhere from the working directory is tried from the folder of the
    /// configuration. What is found nowhere stays as it is written, and is complained of where it is read.
    ///
    /// - Parameter file: The path of the configuration.
    func findingFiles(beside file: String) -> RunConfiguration {
        var found = self
        let folder = (file as NSString).deletingLastPathComponent
        func path(_ path: String) -> String {
            guard !folder.isEmpty, !path.hasPrefix("/"), !Self.leadsSomewhere(path) else {
                return path
            }
            let beside = folder + "/" + path
            return Self.leadsSomewhere(beside) ? beside : path
        }
        if case .file(let train) = data.source { found.data.source = .file(path(train)) }
        if case .file(let held) = data.heldOut { found.data.heldOut = .file(path(held)) }
        found.data.weights = data.weights.map(path)
        found.data.heldOutWeights = data.heldOutWeights.map(path)
        found.initialModel = initialModel.map(path)
        return found
    }

    /// Whether there is such a file or folder, or such an archive of an array that is named after a colon.
    private static func leadsSomewhere(_ path: String) -> Bool {
        func isThere(_ path: String) -> Bool { Folder.isFile(path) || Folder.isFolder(path) }
        guard !isThere(path), let colon = path.lastIndex(of: ":") else { return isThere(path) }
        return isThere(String(path[..<colon]))
    }
}

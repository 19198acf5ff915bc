import Configuration
import Foundation
import Ranks
import Storage

/// Copies of the data files that rank 0 has sent to the other hosts; they go with this object.
///
/// On the host of rank 0 all ranks read the files themselves. On each other host one rank writes the
/// copies, and all of them open these.
final class SentFiles {
    /// The bytes that are sent at a time.
    private static let piece = 1 << 24

    /// The folder of the copies, on the rank that has made it.
    private var ownFolder: ScratchFolder?

    private init() {}

    /// Removes the names of the copies; who has opened them goes on reading.
    func remove() { ownFolder = nil }

    /// Removes the copies that killed runs of this user have left on this host.
    static func removeLeft(_ world: borrowing Communicator) {
        ScratchFolder.removeLeft(in: NSTemporaryDirectory(), host: world.hostName())
    }

    /// Collective.
    ///
    /// Sends the files of a configuration's data, and puts the copies in their place.
    ///
    /// - Parameter configuration: With the paths as they are found from here; those of rank 0 count.
    /// - Throws: The same failure on all ranks, such as for a full disk.
    static func send(
        _ configuration: inout RunConfiguration, _ world: borrowing Communicator
    ) throws -> SentFiles {
        let sent = SentFiles()
        let host = try world.splitByHost()
        let isFirstHost = try host.minimum(Int64(world.rank)) == 0
        let writes = !isFirstHost && host.rank == 0
        try world.together {
            guard writes else { return }
            let place = NSTemporaryDirectory()
            guard let folder = ScratchFolder.create(in: place, host: world.hostName()) else {
                throw SharedFailure(
                    exitCode: ExitStatus.cannotWrite,
                    "\(place): the folder for data that rank 0 sends cannot be created there. Name "
                        + "another place by TMPDIR")
            }
            sent.ownFolder = folder
        }
        let folder = try host.broadcast(sent.ownFolder?.path ?? "")
        var failure: (any Error)?
        var number = 0
        configuration.replaceDataFiles { path in
            guard failure == nil else { return path }
            number += 1
            do {
                let copy = "\(folder)/\(number)"
                let name = try send(path, to: writes ? copy : nil, world)
                guard !isFirstHost else { return path }
                return copy + "/" + name
            } catch {
                failure = error
                return path
            }
        }
        if let failure { throw failure }
        return sent
    }

    /// Collective.
    ///
    /// Sends a file.
    ///
    /// - Parameter folder: Where this rank writes it; nil on ranks that do not.
    /// - Returns: Its name there, with the array of an archive if one is named.
    private static func send(
        _ path: String, to folder: String?, _ world: borrowing Communicator
    ) throws -> String {
        var source: FileHandle?
        defer { try? source?.close() }
        let found = try world.together { () throws -> (name: String, size: Int) in
            guard world.rank == 0 else { return ("", 0) }
            var (file, member) = (path, "")
            if !Folder.isFile(path), let colon = path.lastIndex(of: ":") {
                (file, member) = (String(path[..<colon]), String(path[colon...]))
            }
            guard !Folder.isFolder(file) else {
                throw StorageError(
                    .badFile, file,
                    "is a folder, which rank 0 does not send. Write its pictures as one array (NPY or "
                        + "NPZ), or leave --send-data out.")
            }
            let size = try fileSize(of: file)
            source = FileHandle(forReadingAtPath: file)
            return ((file as NSString).lastPathComponent + member, size)
        }
        let name = try world.broadcast(found.name)
        var size = [Int64(found.size)]
        try world.sum(&size)
        let copy = name.lastIndex(of: ":").map { String(name[..<$0]) } ?? name
        var target: FileHandle?
        defer { try? target?.close() }
        try world.together {
            guard let folder else { return }
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let file = "\(folder)/\(copy)"
            guard FileManager.default.createFile(atPath: file, contents: nil),
                let handle = FileHandle(forWritingAtPath: file)
            else { throw cannotWrite(file) }
            target = handle
        }
        for start in stride(from: 0, to: Int(size[0]), by: piece) {
            // A long file is no standstill.
            RankProgress.begin(.data)
            let count = min(piece, Int(size[0]) - start)
            let own = try world.together { () throws -> [UInt8] in
                guard let source else { return [] }
                let bytes = [UInt8](try source.read(upToCount: count) ?? Data())
                guard bytes.count == count else {
                    throw StorageError(
                        .badFile, path, "became shorter while it was sent. Start again.")
                }
                return bytes
            }
            let bytes = try world.broadcast(own)
            try world.together {
                guard let target, let folder else { return }
                do {
                    try target.write(contentsOf: bytes)
                } catch {
                    throw cannotWrite("\(folder)/\(copy)")
                }
            }
        }
        return name
    }

    private static func cannotWrite(_ file: String) -> SharedFailure {
        SharedFailure(
            exitCode: ExitStatus.cannotWrite,
            "\(file): the data that rank 0 sends cannot be written; the disk may be full. Name another "
                + "place by TMPDIR, or leave --send-data out")
    }
}

extension RunConfiguration {
    /// Replaces the paths of the data's files, always in the same order.
    fileprivate mutating func replaceDataFiles(by copy: (String) -> String) {
        if case .file(let train) = data.source { data.source = .file(copy(train)) }
        if case .file(let held) = data.heldOut { data.heldOut = .file(copy(held)) }
        data.weights = data.weights.map(copy)
        data.heldOutWeights = data.heldOutWeights.map(copy)
    }
}

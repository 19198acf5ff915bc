import Foundation
import Storage
import SwiftProtobuf
import TestSupport
import Testing
@testable import EventFiles

@Suite struct EventFileTests {
    /// The events of the only file of a folder, whose checksums are checked.
    private func events(in folder: String) throws -> [Tensorflow_Event] {
        let names = try Folder.list(folder)
        #expect(names.count == 1)
        let bytes = try readBytes(of: "\(folder)/\(names[0])")
        var (events, place): ([Tensorflow_Event], Int) = ([], 0)
        func number(_ first: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[first + $1]) << (8 * $1) }
        }
        while place < bytes.count {
            let length = number(place, 8)
            let record = Array(bytes[(place + 12)..<(place + 12 + length)])
            #expect(
                number(place + 8, 4) == Int(maskedCRC32C(Array(bytes[place..<(place + 8)]))))
            #expect(number(place + 12 + length, 4) == Int(maskedCRC32C(record)))
            events.append(try Tensorflow_Event(serializedBytes: record))
            place += 16 + length
        }
        return events
    }

    @Test func whatIsWrittenIsRead() throws {
        try withTemporaryFolder { folder in
            let file = try EventFile(in: folder, host: "a/b", fromStep: 7)
            let image = PixelImage(width: 3, height: 2, pixels: [0, 50, 100, 150, 200, 250])
            let histogram = EventHistogram(
                minimum: -1, maximum: 2, sum: 3, sumOfSquares: 9,
                buckets: [(-1, 0), (0, 1), (2, 3)])
            let begin = Date.now.timeIntervalSince1970
            try file.add(
                [
                    .number("loss", 0.5, "What is lost."), .picture("pictures/a", image, ""),
                    .histogram("weights", histogram, "All."),
                ], step: 11)
            let events = try events(in: folder)
            #expect(events.count == 3)
            #expect(events[0].fileVersion == "brain.Event:2")
            #expect(events[1].step == 8 && events[1].sessionLog.status == .start)
            #expect(abs(events[2].wallTime - begin) < 60)
            #expect(events[2].step == 11)
            let values = events[2].summary.value
            #expect(values.map(\.tag) == ["loss", "pictures/a", "weights"])
            #expect(values[0].simpleValue == 0.5)
            #expect(values[0].metadata.summaryDescription == "What is lost.")
            #expect(
                values.map(\.metadata.pluginData.pluginName) == ["scalars", "images", "histograms"])
            #expect(values[1].image.width == 3 && values[1].image.height == 2)
            #expect(values[1].image.colorspace == 1)
            #expect([UInt8](values[1].image.encodedImageString) == (try image.png(for: "")))
            let read = values[2].histo
            #expect([read.min, read.max, read.num, read.sum, read.sumSquares] == [-1, 2, 4, 3, 9])
            #expect(read.bucketLimit == [-1, 0, 2] && read.bucket == [0, 1, 3])
        }
    }

    /// The bytes of a value as protocol buffers have them, by hand.
    @Test func theEncodingIsThatOfTensorFlow() throws {
        var event = Tensorflow_Event()
        event.step = 300
        event.summary.value = [EventFile.Value.number("ab", 1, "c").message]
        #expect(
            [UInt8](try event.serializedData()) == [
                0x10, 0xAC, 0x02,  // 2, a number: 300
                0x2A, 0x1B,  // 5, a message of 27 bytes
                0x0A, 0x19,  // 1, a message of 25 bytes
                0x0A, 0x02, 0x61, 0x62,  // 1, two bytes
                0x15, 0, 0, 0x80, 0x3F,  // 2, a float32
                0x4A, 0x0E,  // 9, a message of 14 bytes
                0x0A, 0x09, 0x0A, 0x07, 0x73, 0x63, 0x61, 0x6C, 0x61, 0x72, 0x73,  // 1, in it 1
                0x1A, 0x01, 0x63,  // 3, one byte
            ])
    }

    @Test func aFolderThatIsNotThereIsNamed() throws {
        try withTemporaryFolder { folder in
            _ = #expect(throws: StorageError.self) {
                _ = try EventFile(in: folder + "/none", host: "a", fromStep: 0)
            }
        }
    }
}

import Foundation
public import Storage
import SwiftProtobuf

/// A file of events in a folder, which TensorBoard shows while it grows.
///
/// Source: [TensorBoard].
public final class EventFile {
    /// A value of a step, and what people read beside it.
    public struct Value {
        private(set) var message = Tensorflow_Summary.Value()

        private init(_ tag: String, _ description: String, shownBy plugin: String) {
            message.tag = tag
            message.metadata.pluginData.pluginName = plugin
            message.metadata.summaryDescription = description
        }

        /// A point of a curve.
        public static func number(_ tag: String, _ number: Double, _ description: String) -> Value {
            var value = Value(tag, description, shownBy: "scalars")
            value.message.simpleValue = Float(number)
            return value
        }

        /// A picture; throws `cannotWrite` if it is too large for a PNG.
        public static func picture(
            _ tag: String, _ image: PixelImage, _ description: String
        ) throws(StorageError) -> Value {
            var value = Value(tag, description, shownBy: "images")
            value.message.image.width = Int32(clamping: image.width)
            value.message.image.height = Int32(clamping: image.height)
            value.message.image.colorspace = Int32(image.channels)
            value.message.image.encodedImageString = Data(try image.png(for: tag))
            return value
        }

        /// How often values occur.
        public static func histogram(
            _ tag: String, _ histogram: EventHistogram, _ description: String
        ) -> Value {
            var value = Value(tag, description, shownBy: "histograms")
            value.message.histo.min = histogram.minimum
            value.message.histo.max = histogram.maximum
            value.message.histo.num = Double(histogram.buckets.reduce(0) { $0 + $1.count })
            value.message.histo.sum = histogram.sum
            value.message.histo.sumSquares = histogram.sumOfSquares
            value.message.histo.bucketLimit = histogram.buckets.map(\.limit)
            value.message.histo.bucket = histogram.buckets.map { Double($0.count) }
            return value
        }
    }

    private let file: RecordFile

    /// Begins a file in a folder that is there.
    ///
    /// Events that other files of the folder have after the step no longer count.
    ///
    /// - Parameters:
    ///   - host: Whose name the file gets, beside the time and the number of this process.
    ///   - step: The step from which this process goes on.
    /// Throws `cannotWrite`.
    public init(in folder: String, host: String, fromStep step: Int) throws(StorageError) {
        let time = Int(Date.now.timeIntervalSince1970)
        let place = host.replacing("/", with: "-")
        let number = ProcessInfo.processInfo.processIdentifier
        file = try RecordFile(path: "\(folder)/events.out.tfevents.\(time).\(place).\(number)")
        var version = Tensorflow_Event()
        version.fileVersion = "brain.Event:2"
        try append(version)
        var start = Tensorflow_Event()
        // Events of this step and of later ones are dropped, and the step itself was recorded before.
        start.step = Int64(step == 0 ? 0 : step + 1)
        start.sessionLog.status = .start
        try append(start)
    }

    /// Adds the values of a step.
    ///
    /// Throws `cannotWrite`.
    public func add(_ values: [Value], step: Int) throws(StorageError) {
        var event = Tensorflow_Event()
        event.step = Int64(step)
        event.summary.value = values.map(\.message)
        try append(event)
    }

    private func append(_ event: Tensorflow_Event) throws(StorageError) {
        var event = event
        event.wallTime = Date.now.timeIntervalSince1970
        do {
            try file.append([UInt8](try event.serializedData()))
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(.cannotWrite, file.path, "an event cannot be encoded: \(error).")
        }
    }
}

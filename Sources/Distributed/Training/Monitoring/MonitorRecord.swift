/// What was measured after a step: a value for each metric, and none where it does not apply.
public struct MonitorRecord: Sendable, Equatable {
    /// A measured value.
    public enum Value: Sendable, Equatable {
        case count(Int)
        case number(Double)
        case names([String])
    }

    private var values: [Metric: Value] = [:]

    public init() {}

    /// The value of a metric; nil where it was not measured.
    public subscript(metric: Metric) -> Value? {
        get { values[metric] }
        set { values[metric] = newValue }
    }

    /// The value of a metric as a number; nil where it was not measured.
    public func number(_ metric: Metric) -> Double? {
        switch values[metric] {
        case .count(let count): Double(count)
        case .number(let number): number
        case .names, nil: nil
        }
    }

    /// What the record warns of.
    public var warnings: [TrainingWarning] {
        guard case .names(let names) = values[.warnings] else { return [] }
        return names.compactMap(TrainingWarning.init)
    }

    /// All metrics in their order, with their values.
    public var entries: [(metric: Metric, value: Value?)] { Metric.all.map { ($0, values[$0]) } }

    mutating func set(_ metric: Metric, _ count: Int) { values[metric] = .count(count) }

    mutating func set(_ metric: Metric, _ number: Double?) {
        values[metric] = number.map { .number($0) }
    }

    mutating func set(_ warnings: [TrainingWarning]) {
        values[.warnings] = .names(warnings.map(\.rawValue))
    }

    /// Sets what a clock measured, to a microsecond: more digits would be noise.
    mutating func set(_ metric: Metric, time: Double) {
        values[metric] = .number((time * 1e6).rounded() / 1e6)
    }
}

extension MonitorRecord: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Encodes every metric under its name, in their order; one without a value as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (metric, value) in entries {
            let key = Key(stringValue: metric.name)
            switch value {
            case .count(let count): try container.encode(count, forKey: key)
            case .number(let number): try container.encode(number, forKey: key)
            case .names(let names): try container.encode(names, forKey: key)
            case nil: try container.encodeNil(forKey: key)
            }
        }
    }
}

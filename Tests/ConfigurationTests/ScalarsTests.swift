import RBMCore
import Testing

@testable import Configuration

@Suite struct ScalarsTests {
    @Test(arguments: [
        ("", PlainScalar.empty), ("~", .empty), ("Null", .empty), ("yes", .boolean(true)),
        ("OFF", .boolean(false)), ("12", .integer("12")), ("-7", .integer("-7")),
        ("+0", .integer("+0")), ("1_000", .integer("1000")), ("0xFf", .hexadecimal("Ff")),
        ("1.5", .real(1.5)), (".5", .real(0.5)), ("-.5e1", .real(-5)), ("5.", .real(5)),
        ("1e3", .real(1000)), ("1E-3", .real(0.001)), ("0.0", .real(0)), (".inf", .notFinite),
        ("-.INF", .notFinite), (".NaN", .notFinite), ("nan", .notFinite), ("1e999", .notFinite),
        ("010", .text), ("1:30", .text), ("0o7", .text), ("0x", .text), ("0xg", .text),
        ("1e", .text), ("e5", .text), (".", .text), ("-", .text), ("+", .text), ("_1", .text),
        ("1_", .text), ("1__0", .text), ("1.2.3", .text), ("0x1p3", .text), ("1 2", .text),
        ("٣", .text), ("½", .text), ("a", .text), ("--1", .text), ("1e+", .text),
    ])
    func plainScalarsAreWhatBothVersionsOfYAMLSay(_ source: String, _ expected: PlainScalar) {
        #expect(PlainScalar(source) == expected)
    }

    @Test(arguments: [
        ("1 step", Interval.steps(1)), ("250 steps", .steps(250)), ("1 epoch", .epochs(1)),
        ("0.5 epochs", .epochs(0.5)), ("10 minutes", .minutes(10)), ("1.5 minute", .minutes(1.5)),
        ("1e3 steps", .steps(1000)), ("  2   epochs ", .epochs(2)), ("0 steps", .steps(0)),
    ])
    func intervalsAreRead(_ text: String, _ expected: Interval) {
        #expect(Interval(text) == expected)
        #expect(Interval(expected.text) == expected)
    }

    @Test(arguments: [
        "", "5", "epochs", "5epochs", "5 hours", "-1 steps", "1.5 steps", "nan epochs",
        ".inf epochs", "2000000000 steps", "1 2 steps", "five epochs", "5 Epochs",
    ])
    func whatIsNoIntervalIsNot(_ text: String) {
        #expect(Interval(text) == nil)
    }

    @Test(arguments: [
        ("learning_rate", "learning-rate"), ("LearningRate", "learning-rate"),
        ("bacth", "batch"), ("epoch", "epochs"), ("sed", "seed"),
        ("learning-rate", "learning-rate"),
        ("momentum ", "momentum"),
    ])
    func theNearestKeyIsFound(_ word: String, _ expected: String) {
        #expect(nearestKey(to: word, among: TrainingOptions.settings.map(\.name)) == expected)
    }

    @Test func whatIsFarHasNoNearestKey() {
        let long = String(repeating: "learning-rate", count: 10_000)
        for word in ["", "x", "colour", "zzzzzzzz", long] {
            #expect(
                nearestKey(to: word, among: TrainingOptions.settings.map(\.name)) == nil, "\(word)")
        }
    }
}

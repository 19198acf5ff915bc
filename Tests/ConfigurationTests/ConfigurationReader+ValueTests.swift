import RBMCore
import Testing

@testable import Configuration

/// Values that stand by themselves are read as in a configuration.
@Suite struct ConfigurationReaderValueTests {
    @Test func valuesAreThoseOfTheKeys() throws {
        #expect(try Schedule(text: "linear") == .linear)
        #expect(try Schedule(text: "{exponential: 0.9}") == .exponential(factor: 0.9))
        #expect(try Schedule(text: "inverse-time: 5") == .inverseTime(halfLife: 5))
        #expect(try Momentum(text: "0.5") == .constant(0.5))
        let ramp = Momentum(from: 0.5, to: 0.9, over: .epochs(5))
        #expect(try Momentum(text: "{from: 0.5, to: 0.9, over: 5 epochs}") == ramp)
        #expect(try Interval(warmUp: "0 steps") == .steps(0))
        #expect(try Interval(warmUp: "1.5 epochs") == .epochs(1.5))
        #expect(try HeldOut(text: "0.1") == .fraction(0.1))
        #expect(try HeldOut(text: "held.npy") == .file("held.npy"))
    }

    /// What they write is read again.
    @Test func textsAreRead() throws {
        for schedule in [
            Schedule.linear, .constant, .exponential(factor: 0.25), .inverseTime(halfLife: 3),
        ] {
            #expect(try Schedule(text: schedule.text) == schedule)
        }
        for momentum in [Momentum.constant(0.5), Momentum(from: 0.5, to: 0.9, over: .steps(7))] {
            #expect(try Momentum(text: momentum.text) == momentum)
        }
    }

    @Test(arguments: [
        ("lineal", "did you mean `linear`?"), ("", "is empty; expected linear, constant"),
        ("{exponential: 2}", "above 0 and at most 1"), ("{linear: 2}", "unknown key"),
        ("[", "not valid YAML"), ("{exponential: 0.5, inverse-time: 2}", "expected linear"),
    ])
    func wrongValuesAreNamed(text: String, words: String) {
        #expect {
            try Schedule(text: text)
        } throws: { error in
            (error as? ConfigurationError)?.problems.contains { $0.message.contains(words) } == true
        }
    }
}

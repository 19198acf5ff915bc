import Reports
import Testing

struct JSONTextTests {
    private enum Kind: String, Encodable { case spin }

    private struct Part: Encodable {
        var logZError = 1e-7
        var missing: Int?
        @OrNull var unknown: Double?
        @OrNull var known: Double? = 2
    }

    private struct Whole: Encodable {
        var name = "a \"b\"\\\n\u{1}"
        var kind = Kind.spin
        var isGood = true
        var large = UInt64.max
        var numbers: [Double] = [0.1, 1, .nan, -.infinity, 1e300]
        var weight: Float = 0.1
        var parts = [Part()]
        var shares = NamedValues([("z", 1), ("a", 2)])
        var pairs = [[1, 2], []]
        @NotEncoded var heading = ["lines"]
    }

    @Test func keysComeInOrderAndInSnakeCase() {
        #expect(
            jsonText(Whole())
                == #"{"name": "a \"b\"\\\n\u0001", "kind": "spin", "is_good": true, "#
                + #""large": 18446744073709551615, "numbers": [0.1, 1.0, null, null, 1e+300], "#
                + #""weight": 0.1, "parts": [{"log_z_error": 1e-07, "unknown": null, "known": 2.0}], "#
                + #""shares": {"z": 1, "a": 2}, "pairs": [[1, 2], []]}"#)
    }

    @Test func aClassEncodesWhatItInherits() {
        class Base: Encodable { var first = 1 }
        final class Derived: Base {
            var second = 2
            enum Key: CodingKey { case second }
            override func encode(to encoder: any Encoder) throws {
                try super.encode(to: encoder)
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(second, forKey: .second)
            }
        }
        #expect(jsonText(Derived()) == #"{"first": 1, "second": 2}"#)
    }
}

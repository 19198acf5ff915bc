import Reports
import Testing

struct NumberTextTests {
    @Test(
        "Bytes are spelled with one decimal",
        arguments: [
            (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (25_300_000_000, "25.3 GB"),
            (999_960, "1.0 MB"), (9.2e19, "92.0 EB"), (4e21, "4000.0 EB"),
        ])
    func spelling(bytes: Double, text: String) {
        #expect(spelled(bytes: bytes) == text)
    }

    @Test(
        arguments: [
            (0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (61, "1 min 1 s"),
            (599, "9 min 59 s"),
            (600, "10 min"), (3570, "1 h 0 min"), (7260, "2 h 1 min"),
        ] as [(Double, String)])
    func timesAreWords(seconds: Double, text: String) {
        #expect(durationText(seconds) == text)
    }
}

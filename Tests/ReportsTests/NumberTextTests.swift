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
}

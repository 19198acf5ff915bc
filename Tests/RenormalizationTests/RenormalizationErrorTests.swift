import Renormalization
import Testing

struct RenormalizationErrorTests {
    @Test func theReasonIsTheMessage() {
        #expect("\(RenormalizationError.argument("size 7: odd"))" == "size 7: odd")
        #expect("\(RenormalizationError.model("no lattice"))" == "no lattice")
    }
}

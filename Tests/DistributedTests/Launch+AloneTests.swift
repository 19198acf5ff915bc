import Testing

@testable import Ranks

@Suite struct LaunchAloneTests {
    private func isAlone(_ variables: [String: String]) -> Bool {
        Launch.isAlone { variables[$0] }
    }

    @Test func aLauncherOrAUserDecides() {
        #expect(isAlone([:]))
        #expect(isAlone(["HOME": "/root", "OMPI_MCA_btl": "tcp,self"]))
        for name in Launch.launcherVariables { #expect(!isAlone([name: "1"]), "\(name)") }
        for value in ["0", "1", ""] { #expect(!isAlone([Launch.isolation: value])) }
    }
}

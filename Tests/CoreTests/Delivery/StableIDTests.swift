import Core
import Testing

@Suite struct StableIDTests {
    @Test func isTheSameInEveryProcess() {
        #expect(stableID(["report", "haem-1"]) == "fb469b014fd179c381ccf4ae634845ed")
    }

    @Test func partsDoNotRunTogether() {
        #expect(stableID(["ab", "c"]) != stableID(["a", "bc"]))
        #expect(stableID(["a"]) != stableID(["a", ""]))
        #expect(stableID([]) != stableID([""]))
    }
}

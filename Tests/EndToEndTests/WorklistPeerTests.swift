import Core
import Foundation
import Testing

extension EndToEnd {
    /// pynetdicom and DCMTK's programs pull worklists.
    @Suite("Worklists pulled by programs of others")
    struct WorklistPeer {
        private let house: House

        init() throws {
            house = try House(
                [:], modalities: ["ALL": "OT", "CT01": "CT", "CT02": "CT", "MR01": "MR", "US01": "US"], posts: false)
            try house.modality("ALL", "worklist: { scope: all }")
        }

        private func place(_ arguments: String..., count: Int) async throws {
            let made = try await run(Python.interpreter, ["\(Python.scripts)/worklist_client.py"] + arguments)
            try await house.importOrders(made.out, count: count)
        }

        private func ask(_ command: String, _ more: String...) async throws -> JSONValue {
            let output = try await run(
                Python.interpreter, ["\(Python.scripts)/worklist_client.py", command, "\(house.dicom)"] + more)
            return try Python.last(output.code, output.out, output.err)
        }

        @Test(
            "pynetdicom: every kind of matching, its answers and its status",
            .enabled("pynetdicom is installed (`make python`)") { try await Python.has("pynetdicom") })
        func matching() async throws {
            let daemon = try await house.start()
            try await place("orders", count: 7)
            let told = try await ask("matching")
            #expect(told["wrong"]?.list.compactMap(\.text) == [])
            #expect(told["queries"]?.text == "43")
            try await daemon.stop()
        }

        @Test(
            "pynetdicom: five modalities at once, each over and over, see their own steps and no others",
            .enabled("pynetdicom is installed (`make python`)") { try await Python.has("pynetdicom") })
        func together() async throws {
            let daemon = try await house.start()
            try await place("orders", count: 7)
            let told = try await ask("together")
            #expect(told["wrong"]?.list.compactMap(\.text) == [])
            #expect(told["associations"]?.text == "5")
            try await daemon.stop()
        }

        @Test(
            "pynetdicom: who calls another title, or is not known, is told so; Verification and worklist go together",
            .enabled("pynetdicom is installed (`make python`)") { try await Python.has("pynetdicom") })
        func refused() async throws {
            let daemon = try await house.start()
            try await place("orders", count: 7)
            let told = try await ask("refused")
            #expect(told["called"]?.text == "1 1 7")
            #expect(told["calling"]?.text == "1 1 3")
            #expect(told["echo"]?.text == "0000")
            #expect(told["find"]?.list.compactMap(\.text) == ["R4", "FF00 0000"])
            try await daemon.stop()
        }

        @Test(
            "pynetdicom: a cancelled query ends with FE00 before its last match, and the association goes on",
            .enabled("pynetdicom is installed (`make python`)") { try await Python.has("pynetdicom") })
        func cancel() async throws {
            let daemon = try await house.start()
            try await place("many", "15000", count: 15_000)
            let told = try await ask("cancel", "15000")
            #expect(told["ended"]?.text == "FE00")
            #expect(told["all"] == .bool(false))
            #expect(told["after"]?.list.compactMap(\.text) == ["R00001", "FF00 0000"])
            try await daemon.stop()
        }

        @Test(
            "pynetdicom: names in nine scripts, each asked for and answered in its own character set",
            .enabled("pydicom and pynetdicom are installed (`make python`)") {
                try await Python.has("pydicom", "pynetdicom")
            })
        func characterSets() async throws {
            let script = "\(Python.scripts)/worklist_charsets.py"
            try house.add(modalities: await run(Python.interpreter, [script, "modalities"]).out)
            let daemon = try await house.start()
            try await house.importOrders(run(Python.interpreter, [script, "orders"]).out, count: 15)
            for command in ["ask", "take"] {
                let told = try await Python.peer("worklist_charsets", command, "\(house.dicom)")
                #expect(told["wrong"]?.list.compactMap(\.text) == [], "\(command)")
                #expect(told["files"]?.text == "15")
            }
            try await daemon.stop()
        }

        @Test("findscu: a query cancelled after three matches", .enabled("DCMTK is installed") { Modality.isInstalled })
        func findscuCancels() async throws {
            let daemon = try await house.start()
            try await place("many", "15000", count: 15_000)
            let found = try await run(
                Modality.tools + "/findscu",
                [
                    "-v", "-W", "-aet", "ALL", "-aec", "LABRADOR", "--cancel", "3", "-k", "0008,0050", "127.0.0.1",
                    "\(house.dicom)",
                ])
            #expect(found.code == 0)
            let said = found.out + found.err
            #expect(said.contains("Received Final Find Response (Cancel: MatchingTerminatedDueToCancelRequest)"))
            #expect(said.components(separatedBy: "Find Response: ").count - 1 < 15_000)
            try await daemon.stop()
        }

        @Test(
            "echoscu: often, with as much as it can propose, and aborting; the server goes on",
            .enabled("DCMTK is installed") { Modality.isInstalled })
        func echoscu() async throws {
            let daemon = try await house.start()
            for arguments in [["--repeat", "500"], ["-ppc", "128", "-pts", "38"], ["--abort"], []] {
                let echo = try await run(
                    Modality.tools + "/echoscu",
                    ["-v", "-aet", "CT01", "-aec", "LABRADOR"] + arguments + ["127.0.0.1", "\(house.dicom)"])
                #expect(echo.code == 0, "\(arguments): \(echo.out) \(echo.err)")
                #expect((echo.out + echo.err).contains("Received Echo Response (Success)"))
            }
            try await daemon.stop()
        }
    }
}

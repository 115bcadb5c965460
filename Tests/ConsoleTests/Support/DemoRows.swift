import Console
import Core

/// A busy morning in a made-up hospital.
///
/// Nobody in it exists.
enum DemoRows {
    static let now = Timestamp(microseconds: 1_795_320_780_000_000)  // 2026-11-22T04:13:00Z, 09:43 in Asia/Kolkata

    static var devices: [DeviceRow] {
        [
            DeviceRow(
                id: "haem-1", profile: "horiba-yumizen-h500", state: "connected", listening: "0.0.0.0:5001",
                last_message: "2026-11-22T04:09:41.120Z", messages: 214),
            DeviceRow(
                id: "haem-2", profile: "mindray-bc-5150", state: "receiving", listening: "0.0.0.0:5002",
                last_message: "2026-11-22T04:12:58.002Z", messages: 87),
            DeviceRow(
                id: "chem-1", profile: "erba-xl-1000", state: "listening", listening: "0.0.0.0:5003",
                last_message: "2026-11-21T11:40:03.500Z", messages: 0),
            DeviceRow(
                id: "chem-2", profile: "roche-cobas-c311", state: "failed",
                listening: "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0", messages: 0,
                remark: "The serial port is gone. Plug the USB adapter in again; the link opens by itself."),
        ]
    }

    static var holds: [HoldRow] {
        [
            HoldRow(
                id: "H41", reason: "patient-mismatch", accession: "L24-000131", device: "haem-1",
                since: "2026-11-22T04:05:10.000Z",
                what: "The device names another patient than the order with this accession. Check the tube's label: "
                    + "nothing was posted.", message: "M902", state: "open", results: 3),
            HoldRow(
                id: "H40", reason: "no-order", accession: "L24-000977", device: "chem-1",
                since: "2026-11-22T03:51:44.000Z",
                what: "No order with this accession has arrived. It posts by itself when the order does.",
                message: "M899", state: "open", results: 3),
            HoldRow(
                id: "H36", reason: "unmapped-test", accession: "L24-000118", device: "haem-2",
                since: "2026-11-21T12:20:09.000Z",
                what: "OBX|14: the device's code 'IMG%' is not in this profile. Add it to the profile, or release it "
                    + "as the device sent it.", message: "M871", state: "open", results: 3),
        ]
    }

    static var queue: [QueueRow] {
        [
            QueueRow(
                id: "D77", state: "dead", destination: "hms", key: "L24-000120", attempts: 1,
                answer: "422: Patient with identifier MRN0120 is merged into another record. Correct the order in the "
                    + "HMS, then try again.", since: "2026-11-22T03:58:00.000Z"),
            QueueRow(
                id: "D81", state: "ambiguous", destination: "hms", key: "L24-000126", attempts: 2,
                answer: "Sent, and the connection closed before an answer. The HMS is asked before it is sent again.",
                since: "2026-11-22T04:10:31.000Z"),
            QueueRow(
                id: "D84", state: "ready", destination: "hms", key: "L24-000129", attempts: 0, answer: "",
                since: "2026-11-22T04:12:59.000Z"),
        ]
    }

    static var results: [ResultRow] {
        let rows: [(String, String, String, String, [String], String, String)] = [
            ("WBC", "Leukocytes", "11.84", "10*3/uL", ["H"], "posted", "L24-000129"),
            ("RBC", "Erythrocytes", "4.62", "10*6/uL", ["N"], "posted", "L24-000129"),
            ("HGB", "Haemoglobin", "6.90", "g/dL", ["LL"], "posted", "L24-000129"),
            ("PLT", "Platelets", "", "10*3/uL", [], "posted", "L24-000129"),
            ("CRP", "C-reactive protein", "<0.50", "mg/L", [], "posted", "L24-000126"),
            ("GLU", "Glucose", "101", "mg/dL", ["N"], "held", "L24-000977"),
            ("TSH", "Thyrotropin", ">100.0", "u[IU]/mL", ["HH"], "posted", "L24-000120"),
            ("QC-L2", "QC-L2", "13.90", "g/dL", [], "control", "QC-LOT-77"),
            ("HBsAg", "Hepatitis B surface antigen", "Positive", "", ["A"], "rejected", "L24-000110"),
        ]
        let deliveries = ["delivered", "delivered", "delivered", "refused", "skipped", "", "waiting"]
        return rows.enumerated().map { index, row in
            ResultRow(
                id: "0000000000000000000000000000000\(index)", accession: row.6,
                mrn: row.6.hasPrefix("L24") ? "MRN0\(row.6.suffix(3))" : "", test: row.0, name: row.1, value: row.2,
                unit: row.3, flags: row.4, state: row.5,
                device: index < 5 ? "haem-2" : "chem-1", received: "2026-11-22T04:1\(2 - index / 4):0\(9 - index).000Z",
                delivery: index < deliveries.count ? deliveries[index] : "")
        }
    }

    static var story: Explanation {
        Explanation(
            subject: "L24-000129",
            steps: [
                ExplainStep(
                    at: "2026-11-22T03:40:00.000Z", step: "order", what: "The HMS ordered CBC for MRN0129.",
                    reference: "HMS-778"),
                ExplainStep(
                    at: "2026-11-22T04:12:58.002Z", step: "received",
                    what: "haem-2 sent 1,204 bytes of HL7; they were on the disk before it was acknowledged.",
                    reference: "M905"),
                ExplainStep(
                    at: "2026-11-22T04:12:58.010Z", step: "matched",
                    what: "4 results belong to the order: accession and MRN are equal.", reference: "S611"),
                ExplainStep(
                    at: "2026-11-22T04:12:58.019Z", step: "delivered", what: "The HMS answered 200 with 7 resources.",
                    reference: "D84"),
            ],
            raw: [
                "␋MSH|^~\\&|BC-5150|Mindray|||20261122094257||ORU^R01|12|P|2.3.1||||||UNICODE␍\nPID|1||MRN0129^^^^MR␍\n"
                    + "OBR|1||L24-000129|00001^Automated Count^99MRC␍\n"
                    + "OBX|1|NM|6690-2^WBC^LN||11.84|10*3/uL|4.00-10.00|H|||F␍\n␜␍"
            ])
    }

    static var registry: MemoryRegistry {
        var state = MemoryRegistry.State()
        state.holds = holds
        state.queue = queue
        state.results = results
        state.orders = [
            OrderRow(
                accession: "L24-000129", mrn: "MRN0129", patient: "RAO ASHA", kind: "laboratory", priority: "routine",
                tests: ["CBC", "CRP"], state: "open", received: "2026-11-22T03:40:00.000Z")
        ]
        state.worklist = [
            WorklistRow(
                accession: "R24-000007", mrn: "MRN0129", patient: "RAO ASHA", modality: "CT", station_ae: "CT01",
                scheduled: "2026-11-22T10:00:00+05:30", state: "scheduled")
        ]
        state.stories = ["L24-000129": story]
        return MemoryRegistry(state)
    }
}

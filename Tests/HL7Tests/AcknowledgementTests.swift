import HL7
import Testing

@Suite struct AcknowledgementTests {
    func answer(_ message: String, _ acknowledgement: HL7Acknowledgement) throws -> String {
        text(acknowledgement.answer(to: try HL7Message.parse(bytes(message))))
    }

    let accept = HL7Acknowledgement(code: .AA, controlID: "LBR9", time: "20261122101501")

    @Test func swapsAndEchoes() throws {
        #expect(
            try answer(result, accept)
                == "MSH|^~\\&|LBR|HOSP|BC|LAB|20261122101501||ACK^R01^ACK|LBR9|P|2.3.1\rMSA|AA|17\r")
    }

    @Test func theSendersDelimitersAndRawFields() throws {
        #expect(
            try answer("MSH#*%!?#A*1?x#B!F!b#C#D#t##ORU*R01#id!E!1#P*T#2.5.1", accept)
                == "MSH#*%!?#C#D#A*1?x#B!F!b#20261122101501##ACK*R01*ACK#LBR9#P*T#2.5.1\rMSA#AA#id!E!1\r")
    }

    @Test func anEmptyControlIDIsEchoedEmpty() throws {
        let negative = HL7Acknowledgement(code: .AE, controlID: "1", time: "t", text: "no | room")
        #expect(
            try answer("MSH|^~\\&|||||||ORU|", negative) == "MSH|^~\\&|||||t||ACK|1\rMSA|AE||no \\F\\ room\r")
    }

    @Test func commitAnswersAskForNone() throws {
        let commit = HL7Acknowledgement(code: .CA, controlID: "1", time: "t")
        #expect(
            try answer("MSH|^~\\&|a|b|c|d|||ORU^R01|7|P|2.5.1|||AL|NE", commit)
                == "MSH|^~\\&|c|d|a|b|t||ACK^R01^ACK|1|P|2.5.1|||NE|NE\rMSA|CA|7\r")
    }

    @Test(
        "a version is answered with what it has: a structure in MSH-9 since 2.3.1, a text in MSA-3 before 2.7",
        arguments: [
            ("2.1", "ACK^R01", true), ("2.2", "ACK^R01", true), ("2.3", "ACK^R01", true),
            ("2.3.1", "ACK^R01^ACK", true), ("2.4", "ACK^R01^ACK", true), ("2.5.1", "ACK^R01^ACK", true),
            ("2.6", "ACK^R01^ACK", true), ("2.7", "ACK^R01^ACK", false), ("2.7.1", "ACK^R01^ACK", false),
            ("2.8.2", "ACK^R01^ACK", false), ("2.10", "ACK^R01^ACK", false), ("2.5^IND", "ACK^R01^ACK", true),
            ("3", "ACK^R01^ACK", true), ("", "ACK^R01^ACK", true), ("2.x", "ACK^R01^ACK", true),
        ])
    func versions(_ version: String, _ type: String, _ hasText: Bool) throws {
        let message = "MSH|^~\\&|a|b|c|d|||ORU^R01^ORU_R01|7|P|\(version)"
        let head = "MSH|^~\\&|c|d|a|b|t||\(type)|1|P" + (version.isEmpty ? "" : "|\(version)") + "\rMSA|"
        let refused = HL7Acknowledgement(code: .AE, controlID: "1", time: "t", text: "no room")
        let text = hasText ? "|no room\r" : "\rERR|||207^Application error^HL70357|E||||no room\r"
        #expect(try answer(message, refused) == head + "AE|7" + text)
        let taken = HL7Acknowledgement(code: .AA, controlID: "1", time: "t", text: "1 placed")
        let told = hasText ? "|1 placed\r" : "\rERR|||0^Message accepted^HL70357|I||||1 placed\r"
        #expect(try answer(message, taken) == head + "AA|7" + told)
        let plain = HL7Acknowledgement(code: .AA, controlID: "1", time: "t")
        #expect(try answer(message, plain) == head + "AA|7\r")
    }

    @Test func errorDetail() throws {
        let detail = HL7Acknowledgement.Detail(
            code: "101", meaning: "Required field missing", location: ["OBR", "1", "3"], userMessage: "no specimen")
        let negative = HL7Acknowledgement(code: .AE, controlID: "1", time: "t", detail: detail)
        #expect(
            try answer("MSH|^~\\&|||||||ORU|7", negative)
                == "MSH|^~\\&|||||t||ACK|1\rMSA|AE|7\rERR||OBR^1^3|101^Required field missing^HL70357|E||||no specimen\r"
        )
    }

    @Test func unreadableBytesAreAnswered() {
        let negative = HL7Acknowledgement(code: .AR, controlID: "1", time: "t", text: "not HL7")
        let plain = "MSH|^~\\&|||||t||ACK|1|P|2.3.1\rMSA|AR||not HL7\r"
        for input in ["", "rubbish", "MSH", "\r\r", "xxMSH|^~\\&|a|b|c|d|||ORU|5"] {
            #expect(text(negative.answer(toUnreadable: bytes(input))) == plain, "\(input)")
        }
        // What can be read is used: an overlong message's first bytes, a log line before the header.
        let known = "MSH|^~\\&|c|d|a|b|t||ACK|1\rMSA|AR|5|not HL7\r"
        #expect(text(negative.answer(toUnreadable: bytes("MSH|^~\\&|a|b|c|d|||ORU|5"))) == known)
        #expect(text(negative.answer(toUnreadable: bytes("PID|1\rMSH|^~\\&|a|b|c|d|||ORU|5\rPID|2"))) == known)
    }

    @Test func answersAreReadBack() throws {
        let sent = HL7Acknowledgement(
            code: .AE, controlID: "1", time: "t", text: "a^b",
            detail: .init(code: "207", meaning: "internal"))
        let message = try HL7Message.parse(bytes(result))
        let read = try #require(ReceivedAcknowledgement(try HL7Message.parse(sent.answer(to: message))))
        #expect(read.code == .AE)
        #expect(read.controlID == "17")
        #expect(read.text == "a^b")
        #expect(read.errorCode == "207")
    }

    @Test func otherPeoplesAnswers() throws {
        func read(_ msa: String) throws -> ReceivedAcknowledgement? {
            ReceivedAcknowledgement(try HL7Message.parse(bytes("MSH|^~\\&\r" + msa)))
        }
        let mindray = try read("MSA|AE|3|||| 204")
        #expect(mindray?.code == .AE)
        #expect(mindray?.errorCode == " 204")
        let odd = try read("MSA|OK|3")
        #expect(odd?.code == nil)
        #expect(odd?.codeText == "OK")
        #expect(try read("MSA")?.controlID == "")
        #expect(try read("MSA|AR|9\rERR|||100^wrong order^HL70357|E||||look here")?.text == "look here")
        #expect(try read("PID|1") == nil)
    }
}

@Suite struct AcknowledgementPlanTests {
    typealias Code = HL7Acknowledgement.Code

    func codes(
        _ accept: String?, _ application: String?, _ outcome: MessageOutcome,
        _ policy: AcknowledgementPolicy = .byMessage
    ) -> [Code] {
        AcknowledgementPlan(
            policy: policy, acceptCondition: accept, applicationCondition: application, outcome: outcome
        ).codes
    }

    /// MSH-15 and MSH-16, then what is sent when accepted, on error, on rejection.
    @Test(
        arguments: [
            (nil, nil, [[Code.AA], [.AE], [.AR]]),
            ("AL", "NE", [[.CA], [.CE], [.CR]]),
            ("AL", nil, [[.CA], [.CE], [.CR]]),
            ("NE", "AL", [[.AA], [.AE], [.AR]]),
            (nil, "AL", [[.AA], [.AE], [.AR]]),
            ("AL", "AL", [[.CA, .AA], [.CE, .AE], [.CR, .AR]]),
            ("NE", "NE", [[], [], []]),
            (nil, "NE", [[], [], []]),
            (nil, "ER", [[], [.AE], [.AR]]),
            ("ER", "NE", [[], [.CE], [.CR]]),
            ("SU", "NE", [[.CA], [], []]),
            ("ER", "SU", [[.AA], [.CE], [.CR]]),
            // Mindray BS: MSH-16 is the kind of result, not a condition.
            (nil, "0", [[.AA], [.AE], [.AR]]),
            (nil, "1", [[.AA], [.AE], [.AR]]),
            (nil, "2", [[.AA], [.AE], [.AR]]),
            ("AL", "2", [[.CA], [.CE], [.CR]]),
            ("xx", "yy", [[.AA], [.AE], [.AR]]),
        ] as [(String?, String?, [[Code]])])
    func byMessage(accept: String?, application: String?, expected: [[Code]]) {
        for (outcome, wanted) in zip([MessageOutcome.accepted, .error, .rejected], expected) {
            #expect(codes(accept, application, outcome) == wanted, "\(outcome)")
        }
    }

    @Test func policyGoesBeforeTheMessage() {
        for conditions in [(nil, nil), ("AL", "AL"), ("NE", "NE")] as [(String?, String?)] {
            #expect(codes(conditions.0, conditions.1, .accepted, .original) == [.AA])
            #expect(codes(conditions.0, conditions.1, .rejected, .enhanced) == [.CR])
            #expect(codes(conditions.0, conditions.1, .error, .never) == [])
        }
    }

    @Test func readFromAMessage() throws {
        let mindray = try HL7Message.parse(bytes(result))
        #expect(AcknowledgementPlan(for: mindray, policy: .byMessage, outcome: .accepted).codes == [.AA])
        let silent = try HL7Message.parse(bytes("MSH|^~\\&|||||||OUL^R22|1|P|2.5|||NE|NE"))
        #expect(AcknowledgementPlan(for: silent, policy: .byMessage, outcome: .error).codes == [])
    }
}

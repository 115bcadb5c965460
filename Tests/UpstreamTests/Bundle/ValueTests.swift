import Core
import Testing

/// Clinical text survives: what the device wrote is what the HMS reads.
@Suite struct ValueTests {
    @Test(arguments: ["5.10", "0.50", "-2.3", "250", "1E3", "0.000000000000000000010", "100.000"])
    func aNumberKeepsItsText(token: String) throws {
        let bundle = try Written(
            Sample.observation("WBC", .quantity(token, nil), unit: "10*3/uL", deviceUnit: "10^3/uL"))
        #expect(
            bundle.text.contains(
                #""valueQuantity":{"value":\#(token),"unit":"10^3/uL","system":"http://unitsofmeasure.org","code":"10*3/uL"}"#
            ))
    }

    @Test(arguments: [Comparator.less, .lessOrEqual, .greater, .greaterOrEqual])
    func aComparatorStaysOne(comparator: Comparator) throws {
        let bundle = try Written(Sample.observation("TSH", .quantity("0.01", comparator)))
        #expect(bundle.text.contains(#""valueQuantity":{"value":0.01,"comparator":"\#(comparator.rawValue)"}"#))
    }

    @Test(arguments: [
        (ObservedValue.quantity("+5", nil), "+5"), (.quantity(".5", nil), ".5"), (.quantity("007", nil), "007"),
        (.quantity(".5", .less), "<.5"), (.quantity("5,1", nil), "5,1"), (.quantity("", nil), ""),
        (.text("+5"), "+5"), (.text("1:64"), "1:64"), (.text("Positive \"weak\""), "Positive \"weak\""),
    ])
    func whatIsNoJSONNumberGoesAsText(value: ObservedValue, text: String) throws {
        let bundle = try Written(Sample.observation("X", value, unit: "g/L", deviceUnit: "g/l"))
        let observation = try bundle.observation()
        if text.isEmpty {
            #expect(observation["dataAbsentReason"] != nil)
            return
        }
        #expect(observation["valueString"] as? String == text)
        #expect(observation["valueQuantity"] == nil)
        #expect(try bundle.notes() == ["Unit on the device: g/l"])
    }

    @Test(arguments: [
        ("NA", "unknown"), ("----", "unknown"), ("****", "unknown"), ("", "unknown"), ("  ", "unknown"),
        ("ERR", "error"),
        ("error", "error"), ("NOT DONE", "not-performed"), ("NaN", "not-a-number"),
    ])
    func noResultHasAReasonAndTheDevicesWords(words: String, code: String) throws {
        let bundle = try Written(Sample.observation("GLU", .absent(words), unit: "mg/dL", deviceUnit: "mg/dL"))
        let observation = try bundle.observation()
        #expect(!observation.keys.contains { $0.hasPrefix("value") })
        let trimmed = words.trimmingBlanks()
        #expect(at(observation["dataAbsentReason"], "coding", 0, "code") == code)
        #expect(at(observation["dataAbsentReason"], "text") == (trimmed.isEmpty ? nil : trimmed))
        #expect(
            try bundle.notes() == [
                trimmed.isEmpty ? "No value: the device sent none." : "No value: the device sent \(trimmed)",
                "Unit on the device: mg/dL",
            ])
    }

    @Test func blankTextIsNoValue() throws {
        let bundle = try Written(Sample.observation("GLU", .text(" ")))
        #expect(at(try bundle.observation()["dataAbsentReason"], "coding", 0, "code") == "unknown")
    }

    @Test func aCancelledTestWasNotPerformed() throws {
        let bundle = try Written(Sample.observation("GLU", .absent("X"), status: .cancelled))
        #expect(at(try bundle.observation()["dataAbsentReason"], "coding", 0, "code") == "not-performed")
        #expect(at(try bundle.observation(), "status") == "cancelled")
    }

    @Test func unitsFallBackOnEachOther() throws {
        let ucumOnly = try Written(Sample.observation("A", .quantity("1", nil), unit: "g/L"))
        #expect(ucumOnly.text.contains(#"{"value":1,"unit":"g/L","system":"http://unitsofmeasure.org","code":"g/L"}"#))
        let deviceOnly = try Written(Sample.observation("A", .quantity("1", nil), deviceUnit: "K/uL"))
        #expect(deviceOnly.text.contains(#""valueQuantity":{"value":1,"unit":"K/uL"}"#))
        let none = try Written(Sample.observation("A", .quantity("1", nil)))
        #expect(none.text.contains(#""valueQuantity":{"value":1}"#))
    }
}

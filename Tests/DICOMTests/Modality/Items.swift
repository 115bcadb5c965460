@testable import DICOM

/// Worklist entries as a server might send them.
enum Items {
    static func item(
        characterSet: String = "ISO_IR 192", name: String = "दास^सुनील", change: ([DataElement]) -> [DataElement] = { $0 }
    )
        -> WorklistItem
    {
        let step = DataSet([
            DataElement(Tag(0x0008, 0x0060), .cs, text: "CT"), DataElement(Tag(0x0040, 0x0001), .ae, text: "CT01"),
            DataElement(Tag(0x0040, 0x0002), .da, text: "20261122"),
            DataElement(Tag(0x0040, 0x0003), .tm, text: "1000"),
            DataElement(Tag(0x0040, 0x0007), .lo, text: "CT head plain"),
            DataElement(Tag(0x0040, 0x0008), .sq, .items([code("CTHEAD")])),
            DataElement(Tag(0x0040, 0x0009), .sh, text: "SPS1"),
            DataElement(Tag(0x0040, 0x0011), .sh, text: "ER"),
        ])
        let elements = [
            DataElement(.specificCharacterSet, .cs, text: characterSet),
            DataElement(Tag(0x0008, 0x0050), .sh, text: "R26-1"), DataElement(Tag(0x0010, 0x0010), .pn, text: name),
            DataElement(Tag(0x0010, 0x0020), .lo, text: "MRN0004"),
            DataElement(Tag(0x0010, 0x0030), .da, text: "19600105"),
            DataElement(Tag(0x0010, 0x0040), .cs, text: "M"), DataElement(Tag(0x0020, 0x000D), .ui, text: "1.2.3"),
            DataElement(Tag(0x0032, 0x1060), .lo, text: "CT of the head"),
            DataElement(Tag(0x0032, 0x1064), .sq, .items([code("CTHEAD")])),
            DataElement(Tag(0x0040, 0x0100), .sq, .items([step])), DataElement(Tag(0x0040, 0x1001), .sh, text: "RP1"),
        ]
        return WorklistItem(DataSet(change(elements)))
    }

    static func code(_ value: String) -> DataSet {
        DataSet([
            DataElement(.codeValue, .sh, text: value), DataElement(.codingSchemeDesignator, .sh, text: "99TEST"),
            DataElement(.codeMeaning, .lo, text: "Meaning"),
        ])
    }

    static let plan = ProcedurePlan(
        station: "CT01", stepUID: "2.25.1", stepID: "P1", seriesUID: "2.25.2", imageUIDs: ["2.25.3", "2.25.4"],
        discontinues: false)
    static let moment = ModalityMoment(date: "20261122", time: "101500")
    static let later = ModalityMoment(date: "20261122", time: "103000")
}

extension DataSet {
    /// The text of an element, its padding cut.
    func text(_ tag: Tag) -> String? {
        guard let bytes = self[tag]?.bytes else { return nil }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: ["\0", " "])
    }

    /// Whether the elements stand in the order of their tags, once each, in its items too.
    var isOrdered: Bool {
        zip(elements, elements.dropFirst()).allSatisfy { $0.tag < $1.tag }
            && elements.allSatisfy { $0.items?.allSatisfy(\.isOrdered) ?? true }
    }
}

extension String {
    fileprivate func trimmingCharacters(in characters: Set<Character>) -> String {
        var text = Substring(self)
        while let last = text.last, characters.contains(last) { text.removeLast() }
        return String(text)
    }
}

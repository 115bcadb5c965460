import Core

/// Turns the texts of a data set into UTF-8, so that data sets of different character sets can be joined.
///
/// An item of a sequence may declare a set of its own (PS3.3 section C.12.1.1.2). A text that cannot be read is left
/// empty and told: nothing is replaced in silence.
struct UnicodeDataSet {
    /// The data set; each text in UTF-8, without Specific Character Set.
    private(set) var dataSet = DataSet()
    /// The attributes of the data set itself that hold a text which is not of the declared character set.
    private(set) var unreadable: [Tag] = []

    init(_ source: DataSet) {
        for element in source.elements where element.tag.element != 0 && element.tag != .specificCharacterSet {
            var failed = false
            dataSet.elements.append(Self.convert(element, Self.characters(of: source), &failed))
            if failed { unreadable.append(element.tag) }
        }
    }

    // The nesting is bounded by `DataSetLimits.maxDepth`.
    private static func convert(
        _ element: DataElement, _ characters: SpecificCharacterSet, _ failed: inout Bool
    ) -> DataElement {
        switch element.value {
        case .items(let items):
            let converted = items.map { item -> DataSet in
                let own = item[.specificCharacterSet] == nil ? characters : Self.characters(of: item)
                return DataSet(
                    item.elements.filter { $0.tag.element != 0 && $0.tag != .specificCharacterSet }
                        .map { convert($0, own, &failed) })
            }
            return DataElement(element.tag, .sq, .items(converted))
        case .bytes(let bytes):
            let vr = element.vr == .un ? TagDictionary.vr(of: element.tag) ?? .un : element.vr
            guard vr.usesSpecificCharacterSet else { return DataElement(element.tag, vr, .bytes(bytes)) }
            guard let text = characters.decode(bytes) else {
                failed = true
                return DataElement(element.tag, vr, .bytes([]))
            }
            return DataElement(element.tag, vr, text: text)
        }
    }

    private static func characters(of dataSet: DataSet) -> SpecificCharacterSet {
        SpecificCharacterSet(
            (dataSet[.specificCharacterSet]?.plainText ?? "")
                .split(separator: "\\", omittingEmptySubsequences: false).map { String($0) })
    }
}

extension DataSet {
    /// As it is kept between requests: Explicit VR, texts in UTF-8.
    var kept: [UInt8] { DataSetWriter.write(self, .explicitLittleEndian) }

    /// From what was kept; nil when it is none.
    init?(kept bytes: [UInt8]) {
        guard let dataSet = try? DataSetReader.read(bytes, .explicitLittleEndian) else { return nil }
        self = dataSet
    }

    /// With each attribute of another data set in place of its own; sequences are replaced whole (PS3.7 section 10.1.3).
    func modified(by other: DataSet) -> DataSet {
        let tags = Set(other.elements.map(\.tag))
        return DataSet((elements.filter { !tags.contains($0.tag) } + other.elements).sorted { $0.tag < $1.tag })
    }

    /// The text of an attribute in a data set whose texts are UTF-8; empty when it is not there.
    func text(_ tag: Tag) -> String { self[tag]?.plainText ?? "" }
}

extension DataElement {
    /// Its bytes as UTF-8 without padding.
    var plainText: String { String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self).trimmingBlanks() }

    /// Whether it is there without a value; a sequence without an item.
    var isWithoutValue: Bool {
        switch value {
        case .items(let items): items.isEmpty
        case .bytes(let bytes): bytes.allSatisfy { $0 == 0 || $0 == 0x20 }
        }
    }
}

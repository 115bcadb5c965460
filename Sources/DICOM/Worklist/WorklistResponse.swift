import Core

/// The data set of one pending response: the requested attributes of an entry and no others.
enum WorklistResponse {
    /// Characters of VR LO (PS3.5 table 6.2-1).
    private static let maxDescription = 64

    /// The bytes for an entry.
    ///
    /// Texts go out in UTF-8 and Specific Character Set says so as soon as one value needs it.
    static func encode(_ entry: WorklistEntry, for identifier: WorklistIdentifier, _ syntax: TransferSyntax) -> [UInt8]
    {
        var elements: [DataElement] = []
        var needsUnicode = false
        for tag in identifier.returned {
            guard let row = WorklistTable.root[tag] else { continue }
            if row.field == .step {
                let step = (identifier.returnedOfStep ?? []).compactMap { tag in
                    WorklistTable.step[tag].map { element(tag, $0, entry, &needsUnicode) }
                }
                elements.append(DataElement(tag, .sq, .items([DataSet(step)])))
            } else {
                elements.append(element(tag, row, entry, &needsUnicode))
            }
        }
        if needsUnicode { elements.insert(DataElement(.specificCharacterSet, .cs, text: "ISO_IR 192"), at: 0) }
        return DataSetWriter.write(DataSet(elements), syntax)
    }

    private static func element(
        _ tag: Tag, _ row: WorklistTable.Row, _ entry: WorklistEntry, _ needsUnicode: inout Bool
    ) -> DataElement {
        switch row.field {
        case .attribute(let attribute):
            let isDescription = attribute == .stepDescription || attribute == .requestedProcedureDescription
            let text = entry.values(of: attribute).map { value in
                sendable(value, limit: isDescription ? maxDescription : nil)
            }.joined(separator: "\\")
            if !text.utf8.allSatisfy({ $0 < 0x80 }) { needsUnicode = true }
            return DataElement(tag, row.vr, text: text)
        case .procedureCode:
            guard let code = entry.procedureCode else { return DataElement(tag, .sq, .items([])) }
            let meaning = sendable(code.meaning, limit: maxDescription)
            if !(code.value + code.scheme + meaning).utf8.allSatisfy({ $0 < 0x80 }) { needsUnicode = true }
            let item = DataSet([
                DataElement(.codeValue, .sh, text: sendable(code.value)),
                DataElement(.codingSchemeDesignator, .sh, text: sendable(code.scheme)),
                DataElement(.codeMeaning, .lo, text: meaning),
            ])
            return DataElement(tag, .sq, .items([item]))
        case .empty, .step:
            return DataElement(tag, row.vr, row.vr == .sq ? .items([]) : .bytes([]))
        }
    }

    /// A value as its VR allows it: a backslash would make two of it and control characters are not allowed, so a space
    /// stands for each (PS3.5 section 6.2).
    ///
    /// Descriptions are cut at the 64 characters of LO; identifiers never.
    private static func sendable(_ text: String, limit: Int? = nil) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit ?? Int.max) {
            view.append(scalar == "\\" || scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return String(view)
    }
}

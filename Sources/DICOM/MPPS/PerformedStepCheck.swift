import Core

/// What is wrong with the attributes of a performed procedure step.
///
/// Only tags are told, never values.
struct PerformedStepCheck {
    let strictness: PerformedStepStrictness
    /// Taken all the same, and worth a remark.
    private(set) var remarks: [String] = []

    init(_ strictness: PerformedStepStrictness) { self.strictness = strictness }

    /// Why N-CREATE with these attributes is refused; nil when it is not.
    mutating func faultOfCreate(_ dataSet: DataSet) -> Status? {
        let required = PerformedStepTable.root
        var missing = required.filter { $0.create == .one && dataSet[$0.tag] == nil }.map(\.tag)
        let absent = required.filter { $0.create == .two && dataSet[$0.tag] == nil }.map(\.tag)
        if strictness == .strict {
            missing += absent
        } else if !absent.isEmpty {
            remarks.append("Not sent, though the standard asks for them: \(Self.list(absent)).")
        }
        let items = dataSet[.scheduledStepAttributes]?.items ?? []
        if items.contains(where: { $0[.studyInstanceUID] == nil }) { missing.append(.studyInstanceUID) }
        if !missing.isEmpty { return .missing(missing.sorted()) }

        var empty = required.filter { $0.create == .one && dataSet[$0.tag]?.isWithoutValue == true }.map(\.tag)
        if strictness == .lenient, empty.contains(.scheduledStepAttributes) {
            empty.removeAll { $0 == .scheduledStepAttributes }
            remarks.append("Nothing is said of what it was scheduled as.")
        }
        if items.contains(where: { $0[.studyInstanceUID]?.isWithoutValue == true }) { empty.append(.studyInstanceUID) }
        return empty.isEmpty ? nil : .empty(empty.sorted())
    }

    /// Why a step with these attributes may not end; nil when it may.
    mutating func faultOfEnd(_ dataSet: DataSet, _ state: PerformedState) -> Status? {
        let final = PerformedStepTable.root.filter { $0.final == .one }.map(\.tag)
        var missing = final.filter { dataSet[$0] == nil }
        var empty = final.filter { dataSet[$0]?.isWithoutValue == true }
        for row in PerformedStepTable.series where row.set == .one {
            let elements = (dataSet[.performedSeries]?.items ?? []).map { $0[row.tag] }
            if elements.contains(where: { $0 == nil }) { missing.append(row.tag) }
            if elements.contains(where: { $0?.isWithoutValue == true }) { empty.append(row.tag) }
        }
        if state == .discontinued, dataSet[.discontinuationReason]?.isWithoutValue ?? true {
            remarks.append("It does not say why it was discontinued.")
        }
        guard strictness == .lenient else {
            if !missing.isEmpty { return .missing(missing.sorted()) }
            return empty.isEmpty ? nil : .empty(empty.sorted())
        }
        let lacking = Set(missing + empty).sorted()
        if !lacking.isEmpty { remarks.append("It ended without: \(Self.list(lacking)).") }
        return nil
    }

    /// Values that are not what their VR or meaning allows.
    static func invalid(in dataSet: DataSet) -> [Tag] {
        dataSet.elements.filter { !isValid($0) }.map(\.tag)
    }

    /// An item with an invalid value makes its sequence invalid.
    ///
    /// The nesting is bounded by `DataSetLimits.maxDepth`.
    private static func isValid(_ element: DataElement) -> Bool {
        if let row = PerformedStepTable.row(element.tag), row.vr == .sq, element.items == nil {
            return element.isWithoutValue
        }
        if let items = element.items { return items.allSatisfy { $0.elements.allSatisfy(isValid) } }
        let text = element.plainText
        if text.isEmpty { return true }
        let values = text.split(separator: "\\", omittingEmptySubsequences: true)
        switch element.vr {
        case .da: return values.allSatisfy { DICOMDate($0) != nil }
        case .tm: return values.allSatisfy { DICOMTime($0) != nil }
        case .ui: return values.allSatisfy { DICOMUID.isValid(String($0).trimmingBlanks()) }
        case .ae, .sh, .cs: return values.allSatisfy { $0.unicodeScalars.count <= 16 }
        default: return true
        }
    }

    private static func list(_ tags: [Tag]) -> String { tags.map(\.description).joined(separator: " ") }
}

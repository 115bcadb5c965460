/// The specimen id.
struct SpecimenRule: Hashable, Sendable {
    var id: Extraction
    /// An id must match one of these, if there are any.
    var patterns: [Pattern] = []
    /// An id that matches one of these is the device's own (an unread barcode), never an accession.
    var reject: [Pattern] = []
    /// What the last character of an id checks; nil: nothing.
    var checkDigit: CheckDigit?

    /// Why a text is no specimen id of this laboratory.
    enum Fault: Hashable {
        /// The device made it up.
        case madeUp
        case wrongCheckDigit
        case wrongForm
    }

    /// The id that a tidied text stands for, and why it can be none.
    func id(of text: String) -> (id: String, fault: Fault?) {
        if reject.contains(where: { $0.matches(text) }) { return (text, .madeUp) }
        var id = text
        if let checkDigit {
            guard checkDigit.isRight(text) else { return (text, .wrongCheckDigit) }
            if !checkDigit.isKept { id.removeLast() }
        }
        let isOfForm = patterns.isEmpty || patterns.contains { $0.matches(id) }
        return (id, isOfForm ? nil : .wrongForm)
    }
}

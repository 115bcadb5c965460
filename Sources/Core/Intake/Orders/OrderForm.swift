/// The keys of the JSON form of an order.
enum OrderKeys {
    static let common = ["accession", "placer", "mrn", "kind", "priority", "status", "patient"]
    static let laboratory = ["tests", "specimen"]
    static let imaging =
        ["procedure", "study_uid", "requested_by", "referring_physician", "requested_procedure_id", "details", "steps"]
        + oneStep
    /// Of a step; at the order itself they speak of the one step, or of every step that does not say otherwise.
    static let oneStep = [
        "modality", "station_ae", "scheduled", "station_name", "location", "performing_physician", "protocol",
    ]
    static let step = oneStep + ["id", "description", "status"]
    static let procedure = test + ["scheme"]
    static let all = common + laboratory + imaging
    static let patient = [
        "family", "given", "birth_date", "sex", "abha", "prefix", "suffix", "ideographic", "phonetic",
    ]
    static let test = ["code", "text"]
    static let specimen = ["type", "collected"]
}

/// Reads one order; nil when it has mistakes, which are noted.
///
/// `"status": "cancelled"` withdraws the order; accession, mrn and kind are then enough.
func orderChange(_ value: JSONValue, facility: Facility, notes: inout IntakeNotes) -> OrderChange? {
    let before = notes.count
    guard case .object(let members) = value else {
        notes.note("", "An order is a JSON object, { … }; this is \(value.kindInWords).")
        return nil
    }
    let form = FormObject(place: "", members: members)
    let accession = form.identifier("accession", &notes)
    let mrn = form.identifier("mrn", &notes)
    let kind = form.word("kind", as: OrderKind.self, ["laboratory", "imaging"], required: true, &notes)
    let priority = form.word("priority", as: OrderPriority.self, ["routine", "urgent", "stat"], &notes)
    let status = form.word("status", as: OrderStatus.self, ["open", "cancelled", "completed"], &notes) ?? .open
    let placer = form.text("placer", &notes)?.trimmingBlanks()
    var patient = Patient(mrn: mrn ?? "", mrnSystem: facility.mrnSystem)
    form.object("patient", keys: OrderKeys.patient, &notes) { readPatient($0, into: &patient, &$1) }

    var order = Order(
        accession: accession ?? "", placer: placer?.isEmpty == true ? nil : placer, patient: patient,
        kind: kind ?? .laboratory, priority: priority ?? .routine)
    order.keepsPriority = priority == nil && status != .cancelled
    switch kind {
    case .laboratory:
        form.refuseKeys(of: OrderKeys.imaging, because: "belongs to an imaging order; this one is laboratory.", &notes)
        order.tests = form.tests("tests", &notes)
        form.object("specimen", keys: OrderKeys.specimen, &notes) {
            order.specimen = OrderedSpecimen(type: $0.text("type", &$1), collected: $0.moment("collected", &$1))
        }
    case .imaging:
        form.refuseKeys(
            of: OrderKeys.laboratory, because: "belongs to a laboratory order; this one is imaging.", &notes)
        order.imaging = imagingRequest(form, required: status == .open, &notes)
    case nil: break
    }
    form.refuseUnknownKeys(known: OrderKeys.all, &notes)
    guard notes.count == before else { return nil }
    switch status {
    case .open: return .place(order)
    case .cancelled:
        order.state = .cancelled
        return .cancel(order)
    case .completed:
        order.state = .completed
        return .place(order)
    }
}

private enum OrderStatus: String { case open, cancelled, completed }

private func readPatient(_ form: FormObject, into patient: inout Patient, _ notes: inout IntakeNotes) {
    patient.family = form.text("family", &notes)
    patient.given = form.text("given", &notes)
    patient.birthDate = form.date("birth_date", &notes)
    patient.sex = form.word("sex", as: Sex.self, Sex.allCases.map(\.rawValue), &notes)
    patient.abha = form.text("abha", &notes)
    patient.prefix = form.clearable("prefix", &notes)
    patient.suffix = form.clearable("suffix", &notes)
    patient.ideographic = form.clearable("ideographic", &notes)
    patient.phonetic = form.clearable("phonetic", &notes)
}

/// The keys of the JSON form of an order.
enum OrderKeys {
    static let common = ["accession", "placer", "mrn", "kind", "priority", "status", "patient"]
    static let laboratory = ["tests", "specimen"]
    static let imaging = ["procedure", "modality", "station_ae", "scheduled", "study_uid", "requested_by"]
    static let all = common + laboratory + imaging
    static let patient = ["family", "given", "birth_date", "sex", "abha"]
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
    let status = form.word("status", as: OrderStatus.self, ["open", "cancelled"], &notes) ?? .open
    let placer = form.text("placer", &notes)?.trimmingBlanks()
    var patient = Patient(mrn: mrn ?? "", mrnSystem: facility.mrnSystem)
    form.object("patient", keys: OrderKeys.patient, &notes) { readPatient($0, into: &patient, &$1) }

    var order = Order(
        accession: accession ?? "", placer: placer?.isEmpty == true ? nil : placer, patient: patient,
        kind: kind ?? .laboratory, priority: priority ?? .routine)
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
    }
}

private enum OrderStatus: String { case open, cancelled }

private func readPatient(_ form: FormObject, into patient: inout Patient, _ notes: inout IntakeNotes) {
    patient.family = form.text("family", &notes)
    patient.given = form.text("given", &notes)
    patient.birthDate = form.date("birth_date", &notes)
    patient.sex = form.word("sex", as: Sex.self, Sex.allCases.map(\.rawValue), &notes)
    patient.abha = form.text("abha", &notes)
}

/// The imaging half.
///
/// A cancellation needs none of it.
private func imagingRequest(_ form: FormObject, required: Bool, _ notes: inout IntakeNotes) -> ImagingRequest? {
    var procedure: OrderedTest?
    form.object("procedure", keys: OrderKeys.test, &notes) { procedure = $0.test(&$1) }
    let modality = form.code("modality", FieldRule.codeString, &notes)
    let station = form.code("station_ae", FieldRule.aeTitle, &notes)
    let scheduled = form.moment("scheduled", &notes)
    let study = form.code("study_uid", FieldRule.uid, &notes)
    let requester = form.text("requested_by", &notes)
    if required {
        if !form.has("procedure") {
            notes.note("procedure", "is missing. An imaging order says what is to be done: {\"code\": \"CTHEAD\"}.")
        }
        if !form.has("modality") {
            notes.note("modality", "is missing. A modality's worklist needs it: CT, MR, CR, DX, US and so on.")
        }
    }
    guard let procedure, let modality else { return nil }
    return ImagingRequest(
        procedure: procedure, modality: modality, stationAE: station, scheduled: scheduled, studyUID: study,
        requestedBy: requester)
}

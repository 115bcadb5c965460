import Core

extension ProcedureStep {
    /// What a step's attributes say, texts in UTF-8.
    init(_ dataSet: DataSet, uid: String, state: PerformedState) {
        self.init(uid: uid, state: state)
        patientID = dataSet.text(.patientID)
        issuerOfPatientID = dataSet.text(Tag(0x0010, 0x0021))
        patientName = dataSet.text(.patientName)
        modality = dataSet.text(.modality)
        stationAE = dataSet.text(Tag(0x0040, 0x0241))
        stationName = dataSet.text(Tag(0x0040, 0x0242))
        location = dataSet.text(Tag(0x0040, 0x0243))
        startDate = DICOMDate(dataSet.text(Tag(0x0040, 0x0244)))?.text ?? ""
        startTime = Self.time(dataSet.text(Tag(0x0040, 0x0245)))
        endDate = DICOMDate(dataSet.text(.performedEndDate))?.text ?? ""
        endTime = Self.time(dataSet.text(.performedEndTime))
        offset = dataSet.text(.timezoneOffset)
        stepID = dataSet.text(Tag(0x0040, 0x0253))
        description = dataSet.text(Tag(0x0040, 0x0254))
        procedure = Self.code(dataSet[Tag(0x0008, 0x1032)])
        discontinuationReason = Self.code(dataSet[.discontinuationReason])
        scheduled = (dataSet[.scheduledStepAttributes]?.items ?? []).map { item in
            ScheduledReference(
                studyUID: item.text(.studyInstanceUID), accession: item.text(Tag(0x0008, 0x0050)),
                stepID: item.text(Tag(0x0040, 0x0009)), requestedProcedureID: item.text(Tag(0x0040, 0x1001)))
        }
        series = (dataSet[.performedSeries]?.items ?? []).map { item in
            PerformedSeries(
                uid: item.text(.seriesInstanceUID), protocolName: item.text(.protocolName),
                description: item.text(Tag(0x0008, 0x103E)),
                instances: [Tag(0x0008, 0x1140), Tag(0x0040, 0x0220)].reduce(0) { $0 + (item[$1]?.items?.count ?? 0) })
        }
    }

    /// Without the colons of older versions (PS3.5 table 6.2-1).
    private static func time(_ text: String) -> String { text.filter { $0 != ":" } }

    private static func code(_ element: DataElement?) -> WorklistCode? {
        guard let item = element?.items?.first else { return nil }
        let code = WorklistCode(
            value: item.text(.codeValue), scheme: item.text(.codingSchemeDesignator), meaning: item.text(.codeMeaning))
        return code.value.isEmpty && code.meaning.isEmpty ? nil : code
    }
}

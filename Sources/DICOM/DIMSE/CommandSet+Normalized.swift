/// Requests of the N- services (PS3.7 section 10.3).
extension CommandSet {
    /// N-CREATE; without an instance the receiver chooses one and names it in its response.
    static func nCreate(_ messageID: UInt16, sopClass: String, instance: String?, hasDataSet: Bool = true) -> CommandSet
    {
        var command = CommandSet(
            request: Field.nCreateRequest, messageID: messageID, sopClass: sopClass, hasDataSet: hasDataSet)
        command.affectedSOPInstanceUID = instance
        return command
    }

    /// N-SET; the data set is the list of modifications.
    static func nSet(_ messageID: UInt16, sopClass: String, instance: String, hasDataSet: Bool = true) -> CommandSet {
        requesting(Field.nSetRequest, messageID, sopClass, instance, hasDataSet)
    }

    /// N-GET of these attributes, or of all with an empty list.
    static func nGet(_ messageID: UInt16, sopClass: String, instance: String, attributes: [Tag] = []) -> CommandSet {
        var command = requesting(Field.nGetRequest, messageID, sopClass, instance, false)
        command.attributes = attributes
        return command
    }

    /// N-ACTION; the data set is the action information.
    static func nAction(
        _ messageID: UInt16, sopClass: String, instance: String, actionType: UInt16, hasDataSet: Bool = true
    ) -> CommandSet {
        var command = requesting(Field.nActionRequest, messageID, sopClass, instance, hasDataSet)
        command.actionTypeID = actionType
        return command
    }

    /// N-EVENT-REPORT; the data set is the event information.
    static func nEventReport(
        _ messageID: UInt16, sopClass: String, instance: String, eventType: UInt16, hasDataSet: Bool = true
    ) -> CommandSet {
        var command = CommandSet(
            request: Field.nEventReportRequest, messageID: messageID, sopClass: sopClass, hasDataSet: hasDataSet)
        command.affectedSOPInstanceUID = instance
        command.eventTypeID = eventType
        return command
    }

    private static func requesting(
        _ field: UInt16, _ messageID: UInt16, _ sopClass: String, _ instance: String, _ hasDataSet: Bool
    ) -> CommandSet {
        var command = CommandSet(request: field, messageID: messageID, sopClass: sopClass, hasDataSet: hasDataSet)
        command.affectedSOPClassUID = nil
        command.requestedSOPClassUID = sopClass
        command.requestedSOPInstanceUID = instance
        return command
    }
}

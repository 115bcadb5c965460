import Foundation
import Testing

@testable import DICOM

/// The data sets a modality sends.
struct ModalityMessageTests {
    @Test("a key goes where its attribute belongs")
    func keys() throws {
        var query = ModalityQuery(characterSet: "ISO_IR 192")
        try query.match(modality: "CT")
        try query.match(dates: "20261122-20261123")
        for key in ["0010,0010=दास*", "(0010,0020)=MRN0001", "00400001=CT01", "0040,0100[0].0040,0011=ER", "0010,4000"] {
            try query.add(key: key)
        }
        let identifier = query.identifier
        let step = try #require(identifier[Tag(0x0040, 0x0100)]?.items?.first)
        #expect(identifier.isOrdered)
        #expect(identifier.text(.specificCharacterSet) == "ISO_IR 192")
        #expect(identifier.text(Tag(0x0010, 0x0010)) == "दास*")
        #expect(identifier.text(Tag(0x0010, 0x0020)) == "MRN0001")
        #expect(identifier[Tag(0x0010, 0x4000)]?.bytes == [])
        #expect(step.text(Tag(0x0008, 0x0060)) == "CT" && identifier[Tag(0x0008, 0x0060)] == nil)
        #expect(step.text(Tag(0x0040, 0x0001)) == "CT01")
        #expect(step.text(Tag(0x0040, 0x0002)) == "20261122-20261123")
        #expect(step.text(Tag(0x0040, 0x0011)) == "ER")
        #expect(step[Tag(0x0040, 0x0008)]?.items == [])
    }

    @Test("a query without a key asks for everything, and declares no set for plain ASCII")
    func universal() {
        let identifier = ModalityQuery().identifier
        #expect(identifier[.specificCharacterSet] == nil)
        let values = identifier.elements.filter { $0.tag != Tag(0x0040, 0x0100) }
        #expect(values.count > 15)
        for element in values { #expect(element.bytes.isEmpty && element.items ?? [] == [], "\(element.tag)") }
    }

    @Test("texts are written in the set that is declared, or not at all")
    func characterSets() throws {
        var latin = ModalityQuery(characterSet: "ISO_IR 100")
        try latin.add(key: "0010,0010=MÜLLER*")
        #expect(latin.identifier[Tag(0x0010, 0x0010)]?.bytes == [0x4D, 0xDC, 0x4C, 0x4C, 0x45, 0x52, 0x2A, 0x20])
        for set in ["", "ISO_IR 100"] {
            var query = ModalityQuery(characterSet: set)
            #expect(throws: ModalityQuery.KeyError.self) { try query.add(key: "0010,0010=दास*") }
        }
    }

    @Test(
        "keys that are none",
        arguments: [
            "", "0010", "0010,00", "0010,001G=X", "PatientName=X", "0040,0100=X", "0008,1110[0].0008,1150=1.2",
            "0040,0001=É", "0010,0010,0020=1",
        ])
    func badKeys(key: String) {
        var query = ModalityQuery(characterSet: "ISO_IR 192")
        let before = query
        #expect(throws: ModalityQuery.KeyError.self) { try query.add(key: key) }
        #expect(query == before)
    }

    @Test("an entry is read, and what it lacks is said")
    func item() {
        let item = Items.item()
        #expect(item.patientName == "दास^सुनील" && item.accession == "R26-1" && item.stepID == "SPS1")
        #expect(item.procedure == "CT head plain" && item.stationAETitle == "CT01" && item.startTime == "1000")
        #expect(item.problems == [])
        let bare = Items.item { $0.filter { $0.tag != Tag(0x0020, 0x000D) && $0.tag != Tag(0x0040, 0x0100) } }
        #expect(bare.procedure == "CT of the head")
        #expect(
            bare.problems == [
                "it has no Study Instance UID", "it has no Modality", "it has no Scheduled Station AE Title",
                "it has no Scheduled Procedure Step Start Date", "it has no Scheduled Procedure Step Start Time",
                "it has no Scheduled Procedure Step ID",
            ])
        #expect("\(item)".contains("दास") == false)
    }

    @Test("a text that is not in the declared set is shown as such and reported")
    func wrongCharacterSet() {
        let item = Items.item(characterSet: "ISO_IR 6", name: "MÜLLER^X")
        #expect(item.patientName == "M??LLER^X")
        #expect(item.problems == ["(0010,0010) is not in the character set it declares"])
    }

    @Test("the begin of a step has what PS3.4 table F.7.2-1 asks of its sender")
    func begin() throws {
        let step = PerformedStepMessage.begin(Items.item(), uid: "2.25.1", id: "P1", station: "CT01", at: Items.moment)
        let set = step.dataSet
        #expect(set.isOrdered)
        #expect(set.text(Tag(0x0040, 0x0252)) == "IN PROGRESS" && set.text(Tag(0x0040, 0x0253)) == "P1")
        #expect(set.text(Tag(0x0040, 0x0241)) == "CT01" && set.text(Tag(0x0008, 0x0060)) == "CT")
        #expect(set.text(Tag(0x0040, 0x0244)) == "20261122" && set.text(Tag(0x0040, 0x0245)) == "101500")
        #expect(set.text(Tag(0x0010, 0x0010)) == "दास^सुनील" && set.text(.specificCharacterSet) == "ISO_IR 192")
        // Type 2: there, though nothing is known.
        for tag in [
            Tag(0x0040, 0x0250), Tag(0x0040, 0x0251), Tag(0x0040, 0x0242), Tag(0x0040, 0x0255), Tag(0x0040, 0x0340),
            Tag(0x0008, 0x1032), Tag(0x0008, 0x1120), Tag(0x0040, 0x0260), Tag(0x0020, 0x0010),
        ] { #expect(set[tag] != nil, "\(tag)") }
        let scheduled = try #require(set[Tag(0x0040, 0x0270)]?.items)
        #expect(scheduled.count == 1)
        #expect(scheduled[0].text(Tag(0x0020, 0x000D)) == "1.2.3" && scheduled[0].text(Tag(0x0008, 0x0050)) == "R26-1")
        #expect(scheduled[0].text(Tag(0x0040, 0x0009)) == "SPS1" && scheduled[0].text(Tag(0x0040, 0x1001)) == "RP1")
    }

    @Test("without a declared set none is declared")
    func noCharacterSet() {
        let item = Items.item(name: "RAO^ASHA") { $0.filter { $0.tag != .specificCharacterSet } }
        let step = PerformedStepMessage.begin(item, uid: "1", id: "P1", station: "CT01", at: Items.moment)
        #expect(step.dataSet[.specificCharacterSet] == nil)
    }

    @Test("the ends of a step")
    func end() throws {
        let image = PerformedStepMessage.Series.Instance(sopClass: "1.2", uid: "2.25.3")
        var series = PerformedStepMessage.Series(uid: "2.25.2", protocolName: "CT head", instances: [image])
        let completed = PerformedStepMessage.end(.completed, uid: "2.25.1", at: Items.later, series: series).dataSet
        #expect(completed.isOrdered && completed.text(Tag(0x0040, 0x0252)) == "COMPLETED")
        #expect(completed.text(Tag(0x0040, 0x0251)) == "103000" && completed[Tag(0x0040, 0x0281)] == nil)
        let item = try #require(completed[Tag(0x0040, 0x0340)]?.items?.first)
        #expect(item.text(Tag(0x0018, 0x1030)) == "CT head" && item.text(Tag(0x0020, 0x000E)) == "2.25.2")
        #expect(item[Tag(0x0008, 0x1140)]?.items?.first?.text(Tag(0x0008, 0x1150)) == "1.2")
        series.instances = []
        let given = PerformedStepMessage.end(.discontinued, uid: "2.25.1", at: Items.later, series: series).dataSet
        #expect(given.isOrdered && given[Tag(0x0040, 0x0340)] == nil)
        #expect(given[Tag(0x0040, 0x0281)]?.items?.first?.text(.codeValue) == "110513")
    }

    @Test("an image belongs to the entry and has the pixels it announces")
    func image() throws {
        let image = SyntheticImage.secondaryCapture(
            of: Items.item(), uid: "2.25.3", series: "2.25.2", number: 1, at: Items.moment, station: "CT01")
        let set = image.dataSet
        #expect(set.isOrdered && set.text(Tag(0x0008, 0x0018)) == image.uid)
        #expect(set.text(Tag(0x0008, 0x0016)) == image.service.uid && set.text(Tag(0x0020, 0x000D)) == "1.2.3")
        #expect(set.text(Tag(0x0008, 0x0050)) == "R26-1" && set.text(Tag(0x0010, 0x0020)) == "MRN0004")
        let edge = Int(SyntheticImage.edge)
        #expect(set[Tag(0x7FE0, 0x0010)]?.bytes.count == edge * edge)
        for syntax in TransferSyntax.allCases {
            let read = try DataSetReader.read(DataSetWriter.write(set, syntax), syntax)
            #expect(read.elements.count == set.elements.count)
        }
    }
}
